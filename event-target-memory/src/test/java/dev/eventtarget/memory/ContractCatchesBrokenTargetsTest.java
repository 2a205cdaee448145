package dev.eventtarget.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import dev.eventtarget.tck.EventTargetContract;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The conformance suite's own test: it must catch whatever breaks a rule, and nothing else. */
@Execution(ExecutionMode.CONCURRENT)
class ContractCatchesBrokenTargetsTest {
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aDefectIsCaught(Defect defect) {
        assertFalse(defect.rules().isEmpty());
        Outcomes outcomes = Outcomes.of(
                defect,
                defect.rules().stream()
                        .map(ContractCatchesBrokenTargetsTest::rule)
                        .toList());
        assertEquals(new TreeSet<>(defect.rules()), outcomes.failures.keySet());
    }

    @Test
    void aSoundTargetHasNoFailures() {
        Outcomes outcomes = Outcomes.of(Defect.NONE, List.of(selectClass(BrokenContract.class)));
        assertEquals(Map.of(), outcomes.failures);
        assertTrue(outcomes.passed > 300, () -> "only " + outcomes.passed + " tests were run");
    }

    @Test
    void whatIsNotClaimedIsSkippedByName() {
        Outcomes outcomes = Outcomes.of(
                Defect.GRANTS_WHAT_IT_DOES_NOT_CLAIM, List.of(rule("anEventGoesToOneMember"), rule("aGapIsReported")));
        assertEquals(Map.of(), outcomes.failures);
        assertEquals(
                Map.of(
                        "anEventGoesToOneMember",
                        "Assumption failed: anEventGoesToOneMember is skipped: the target does not claim GROUPS",
                        "aGapIsReported",
                        "Assumption failed: aGapIsReported is skipped: the target does not claim REPLAY"),
                outcomes.skipped);
    }

    private static DiscoverySelector rule(String name) {
        for (Class<?> section : EventTargetContract.class.getDeclaredClasses()) {
            for (Method method : section.getSuperclass().getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isSynthetic()) {
                    return selectNestedMethod(List.of(BrokenContract.class), section, method);
                }
            }
        }
        throw new AssertionError("The suite has no rule " + name);
    }

    /** What became of the rules, by name. */
    private static final class Outcomes implements TestExecutionListener {
        private final Map<String, String> failures = new TreeMap<>();
        private final Map<String, String> skipped = new TreeMap<>();
        private int passed;

        static Outcomes of(Defect defect, List<DiscoverySelector> selectors) {
            Outcomes outcomes = new Outcomes();
            LauncherFactory.create(LauncherConfig.builder()
                            .enableTestEngineAutoRegistration(false)
                            .addTestEngines(new org.junit.jupiter.engine.JupiterTestEngine())
                            .enableLauncherSessionListenerAutoRegistration(false)
                            .enableLauncherDiscoveryListenerAutoRegistration(false)
                            .enablePostDiscoveryFilterAutoRegistration(false)
                            .enableTestExecutionListenerAutoRegistration(false)
                            .build())
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectors)
                                    .configurationParameter(BrokenContract.DEFECT, defect.name())
                                    .enableImplicitConfigurationParameters(false)
                                    .build(),
                            outcomes);
            return outcomes;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            String rule = test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(source -> ((MethodSource) source).getMethodName())
                    .orElseGet(test::getDisplayName);
            String message = result.getThrowable().map(Throwable::getMessage).orElse("");
            switch (result.getStatus()) {
                case FAILED -> failures.put(rule, message);
                case ABORTED -> skipped.put(rule, message);
                default -> passed += test.isTest() ? 1 : 0;
            }
        }
    }
}
