package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The contract's page and the suite say the same. */
class ContractDocumentTest {
    private static final Pattern SECTION = Pattern.compile("## (\\w+)");
    private static final Pattern RULE = Pattern.compile("\\| `(\\w+)` \\|([^|]*)\\| [^|]+ \\|");

    @Test
    void everyRuleIsATestAndEveryTestARule() throws IOException {
        Map<String, Set<String>> suite = inTheSuite();
        Map<String, Set<String>> page = onThePage();
        assertEquals(Map.of(), without(suite, page), "tests that contract.md does not have, or with other needs");
        assertEquals(Map.of(), without(page, suite), "rules without a test, or with other needs");
        assertFalse(suite.isEmpty());
    }

    private static Map<String, Set<String>> without(Map<String, Set<String>> rules, Map<String, Set<String>> others) {
        Map<String, Set<String>> rest = new TreeMap<>(rules);
        rest.entrySet().removeAll(others.entrySet());
        return rest;
    }

    /** What each rule needs, by section and rule. */
    private static Map<String, Set<String>> onThePage() throws IOException {
        Path page = Path.of(System.getProperty("basedir", "."), "../docs/architecture/contract.md");
        Map<String, Set<String>> rules = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(page)) {
            Matcher heading = SECTION.matcher(line);
            Matcher rule = RULE.matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
            } else if (rule.matches()) {
                Set<String> needs =
                        new TreeSet<>(Arrays.asList(rule.group(2).strip().split(", ")));
                needs.remove("");
                rules.put(section + "." + rule.group(1), needs);
            }
        }
        return rules;
    }

    private static Map<String, Set<String>> inTheSuite() {
        Map<String, Set<String>> rules = new TreeMap<>();
        for (Class<?> section : EventTargetContract.class.getDeclaredClasses()) {
            if (!section.isAnnotationPresent(Nested.class)) {
                continue;
            }
            for (Method method : section.getSuperclass().getDeclaredMethods()) {
                if (AnnotationSupport.isAnnotated(method, Testable.class)) {
                    Set<String> needs = needs(section);
                    needs.addAll(needs(method));
                    rules.put(section.getSimpleName() + "." + method.getName(), needs);
                }
            }
        }
        return rules;
    }

    private static Set<String> needs(AnnotatedElement element) {
        Set<String> needs = new TreeSet<>();
        Needs capabilities = element.getAnnotation(Needs.class);
        if (capabilities != null) {
            Arrays.stream(capabilities.value()).map(Enum::name).forEach(needs::add);
        }
        if (element.isAnnotationPresent(InProcess.class)) {
            needs.add("In process");
        }
        return needs;
    }
}
