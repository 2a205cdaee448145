package dev.eventtarget.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.eventtarget.quic.NodeId;
import dev.eventtarget.quic.NodeIdentity;
import java.time.Clock;
import java.util.Date;

/** The structure of all modules; here, as the command line tool has them all on its class path. */
@AnalyzeClasses(packages = "dev.eventtarget", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule noPackageForOddsAndEnds = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..misc..")
            .because("a class lives in a package named for its concept");

    @ArchTest
    static final ArchRule theApiStandsOnVertxAlone = classes()
            .that()
            .resideInAnyPackage("dev.eventtarget", "dev.eventtarget.spi")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eventtarget", "dev.eventtarget.spi", "java..", "io.vertx.core..", "org.jspecify..");

    @ArchTest
    static final ArchRule coreKnowsNoAdapter = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eventtarget.memory..",
                    "dev.eventtarget.redis..",
                    "dev.eventtarget.link..",
                    "dev.eventtarget.websocket..",
                    "dev.eventtarget.quic..",
                    "dev.eventtarget.cli..");

    @ArchTest
    static final ArchRule linksKnowNoAdapter = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.link..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eventtarget.memory..",
                    "dev.eventtarget.redis..",
                    "dev.eventtarget.websocket..",
                    "dev.eventtarget.quic..",
                    "dev.eventtarget.cli..")
            .because("any target may be behind a hub, and any pipe may carry a link");

    @ArchTest
    static final ArchRule aSpokeKnowsNoHub = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.link.spoke")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eventtarget.link")
            .because("they share the protocol and nothing else");

    @ArchTest
    static final ArchRule aHubKnowsNoSpoke = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.link")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eventtarget.link.spoke")
            .because("they share the protocol and nothing else");

    @ArchTest
    static final ArchRule theProtocolKnowsNeitherHubNorSpoke = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.link.frame")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.eventtarget.link", "dev.eventtarget.link.spoke");

    @ArchTest
    static final ArchRule timeoutsDoNotFollowTheWallClock = noClasses()
            .that()
            .resideInAnyPackage("dev.eventtarget.link..", "dev.eventtarget.websocket..", "dev.eventtarget.quic..")
            .and()
            .doNotHaveFullyQualifiedName(
                    "dev.eventtarget.link.HubLink") // shows since when it is open; tokens expire by it
            .and()
            .doNotHaveFullyQualifiedName("dev.eventtarget.quic.NodeCertificate") // says from when on it is valid
            .and()
            .doNotHaveFullyQualifiedName("dev.eventtarget.quic.NodeTrust") // says when one was
            .and()
            .doNotHaveFullyQualifiedName("dev.eventtarget.websocket.WebSocketHub") // says what time it is
            .should()
            .callMethodWhere(target(name("currentTimeMillis"))
                    .or(target(name("now")).and(target(owner(resideInAPackage("java.time"))))))
            .orShould()
            .dependOnClassesThat(assignableTo(Clock.class).or(type(Date.class)))
            .because("a clock that is set must not cut links");

    @ArchTest
    static final ArchRule theCommandLineUsesWhatUsersUse = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eventtarget.core",
                    "dev.eventtarget.memory..",
                    "dev.eventtarget.redis..",
                    "dev.eventtarget.link.spi..",
                    "dev.eventtarget.link.spoke..",
                    "dev.eventtarget.link.frame..",
                    "dev.eventtarget.websocket..")
            .orShould()
            .dependOnClassesThat(resideInAPackage("dev.eventtarget.quic..")
                    .and(not(type(NodeId.class).or(type(NodeIdentity.class)))))
            .because("what runs over one transport runs over all; it needs no more than the API, the hub and the"
                    + " envelope's codec");

    @ArchTest
    static final ArchRule anAdapterShowsLittleMoreThanItsProvider = classes()
            .that()
            .resideInAnyPackage(
                    "dev.eventtarget.memory..",
                    "dev.eventtarget.redis..",
                    "dev.eventtarget.websocket..",
                    "dev.eventtarget.quic..")
            .and()
            .haveModifier(PUBLIC)
            .should()
            .haveSimpleNameEndingWith("Provider")
            .orShould()
            .haveSimpleNameEndingWith("HubTransport")
            .orShould()
            .haveFullyQualifiedName("dev.eventtarget.redis.RedisStreamDedup")
            .orShould()
            .haveFullyQualifiedName("dev.eventtarget.websocket.WebSocketHub")
            .orShould()
            .be(NodeId.class)
            .orShould()
            .be(NodeIdentity.class);

    @ArchTest
    static final ArchRule bouncyCastleMakesIdentitiesAlone = noClasses()
            .that()
            .haveNameNotMatching(
                    "dev\\.eventtarget\\.quic\\.(Node(Id|Identity|IdentityFile|Certificate|Trust)|SignedKey)")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..")
            .because("TLS itself is the native library's");

    @ArchTest
    static final ArchRule adaptersDoNotKnowEachOther = slices().matching(
                    "dev.eventtarget.(memory|redis|websocket|quic)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule whoObservesStandsOnTheApi = classes()
            .that()
            .resideInAnyPackage("dev.eventtarget.micrometer", "dev.eventtarget.opentelemetry")
            .and()
            .doNotHaveFullyQualifiedName("dev.eventtarget.micrometer.HubMetrics")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.eventtarget",
                    "dev.eventtarget.micrometer",
                    "dev.eventtarget.opentelemetry",
                    "java..",
                    "io.vertx.core..",
                    "io.micrometer.core..",
                    "io.opentelemetry.api..",
                    "io.opentelemetry.context..",
                    "org.jspecify..")
            .because("it works for any target, an application's own as well");

    @ArchTest
    static final ArchRule theLibrariesOfObserversAreTheirs = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.eventtarget.micrometer", "dev.eventtarget.opentelemetry", "dev.eventtarget.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
            .because("who wants neither metrics nor tracing needs neither library");

    @ArchTest
    static final ArchRule targetsKnowNoLinks = noClasses()
            .that()
            .resideInAnyPackage("dev.eventtarget.memory..", "dev.eventtarget.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eventtarget.link..");

    @ArchTest
    static final ArchRule theCommandLineShowsMainAlone = classes()
            .that()
            .resideInAPackage("dev.eventtarget.cli..")
            .and()
            .areTopLevelClasses()
            .and()
            .haveModifier(PUBLIC)
            .should()
            .haveSimpleName("Main")
            .orShould()
            .haveFullyQualifiedName("dev.eventtarget.cli.soak.Soak")
            .orShould()
            .haveFullyQualifiedName("dev.eventtarget.cli.soak.Report");

    @ArchTest
    static final ArchRule theSoakKnowsNoCommand = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.cli.soak")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eventtarget.cli");

    @ArchTest
    static final ArchRule theFixturesOfTestsStandAlone = noClasses()
            .that()
            .resideInAPackage("dev.eventtarget.fixtures..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("dev.eventtarget..").and(resideOutsideOfPackage("dev.eventtarget.fixtures..")))
            .because("the tests of every module use them");

    @ArchTest
    static final ArchRule nothingButTestsUsesTheirFixtures = noClasses()
            .that()
            .resideOutsideOfPackage("dev.eventtarget.fixtures..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.eventtarget.fixtures..")
            .because("they are not published");

    @ArchTest
    static final ArchRule modulesFormNoCycle =
            slices().assignedFrom(modules()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule logsGoThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule noLibraryClassWritesToTheConsole = noClasses()
            .that(resideOutsideTheCommandLine())
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    private static DescribedPredicate<JavaClass> resideOutsideTheCommandLine() {
        return DescribedPredicate.describe(
                "reside outside the command line",
                type -> !type.getPackageName().startsWith("dev.eventtarget.cli"));
    }

    private static SliceAssignment modules() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                if (!name.startsWith("dev.eventtarget")) {
                    return SliceIdentifier.ignore();
                }
                boolean api = name.equals("dev.eventtarget") || name.equals("dev.eventtarget.spi");
                return SliceIdentifier.of(api ? "api" : name.split("\\.")[2]);
            }

            @Override
            public String getDescription() {
                return "the modules";
            }
        };
    }
}
