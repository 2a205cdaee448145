package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eventtarget.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file that a node's key is kept in. */
class NodeIdentityTest {
    /** RFC 8410, sections 10.1 and 10.3. */
    private static final String RFC_8410_PUBLIC = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

    private static final String RFC_8410_SECRET = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    private static final String RFC_8410_PAIR = """
            MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
            Z9w7lshQhqowtrbLDFw4rXAxZuE=""";

    @TempDir
    private Path directory;

    /** Says who it is, when it is told to find out. */
    static final class Process {
        public static void main(String[] arguments) throws IOException {
            System.out.println("ready");
            System.in.read();
            System.out.println(NodeIdentity.loadOrCreate(Path.of(arguments[0])).nodeId());
        }
    }

    private Path file() {
        return directory.resolve("node.pem");
    }

    private Path holding(String content) throws IOException {
        return ownerOnly(Files.writeString(file(), content));
    }

    private static Path ownerOnly(Path file) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(String type, String base64) {
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    private static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", Base64.getMimeEncoder().encodeToString(key.getEncoded()));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The message; whatever else the error says, it says nothing of what is in the file. */
    private String refused(Executable what) throws IOException {
        ConfigurationException refusal = assertThrows(ConfigurationException.class, what);
        StringWriter all = new StringWriter();
        refusal.printStackTrace(new PrintWriter(all));
        if (Files.isRegularFile(file()) && Files.isReadable(file()) && Files.size(file()) < 100_000) {
            Files.readString(file(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.length() > 8 && !line.startsWith("-----"))
                    .forEach(line -> assertFalse(all.toString().contains(line), all.toString()));
        }
        String message = refusal.getMessage();
        assertTrue(message.contains(directory.toString()), message);
        return message;
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theFileIsItsOwnersOnly() throws Exception {
        NodeIdentity.loadOrCreate(file());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        assertEquals(List.of("node.pem"), files());
    }

    @Test
    void theIdentityIsTheSameOnEachRun() {
        NodeIdentity first = NodeIdentity.loadOrCreate(file());
        assertEquals(first.nodeId(), NodeIdentity.loadOrCreate(file()).nodeId());
        assertEquals(first.nodeId(), NodeIdentity.load(file()).nodeId());
        assertNotEquals(first.nodeId(), NodeIdentity.generate().nodeId());
    }

    /** So that other tools can read it. */
    @Test
    void theFileIsAKeyThatTheJdkKnows() throws Exception {
        NodeIdentity identity = NodeIdentity.create(file());
        String base64 = Files.readString(file()).replaceAll("-----.*-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        byte[] message = "events".getBytes(StandardCharsets.UTF_8);
        signature.update(message);
        byte[] signed = signature.sign();
        assertTrue(identity.nodeId().verifies(message, signed));
        assertEquals(
                List.of(pem("PRIVATE KEY", base64).strip()),
                List.of(Files.readString(file()).strip()));
    }

    @Test
    void theKeysOfRfc8410() throws Exception {
        NodeId node =
                NodeId.of(SubjectPublicKeyInfo.getInstance(Base64.getDecoder().decode(RFC_8410_PUBLIC))
                        .getPublicKeyData()
                        .getOctets());
        for (String key : List.of(RFC_8410_SECRET, RFC_8410_PAIR)) {
            assertEquals(
                    node, NodeIdentity.load(holding(pem("PRIVATE KEY", key))).nodeId());
        }
        assertEquals(
                node,
                NodeIdentity.load(holding("The hub's\r\n\r\n"
                                + pem("PRIVATE KEY", RFC_8410_SECRET).replace("\n", "\r\n")))
                        .nodeId());
    }

    @Test
    void aFileIsNeverOverwritten() throws Exception {
        for (String content : List.of("", "precious", pem("PRIVATE KEY", RFC_8410_SECRET))) {
            holding(content);
            String message = refused(() -> NodeIdentity.create(file()));
            assertTrue(message.contains("never overwritten"), message);
            assertEquals(content, Files.readString(file()));
        }
        assertEquals(List.of("node.pem"), files());
    }

    static Stream<String> noIdentity() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        String whole = pem("PRIVATE KEY", RFC_8410_SECRET);
        return Stream.of(
                "",
                "\0\1\2\3",
                "precious text that is no key",
                whole.substring(0, whole.length() / 2),
                whole.substring(0, whole.length() - 6),
                pem("PRIVATE KEY", ""),
                pem("PRIVATE KEY", "AAAA"),
                pem("PRIVATE KEY", RFC_8410_SECRET.substring(0, 40)),
                pem("PRIVATE KEY", RFC_8410_SECRET.substring(0, 30) + "?" + RFC_8410_SECRET.substring(31)),
                pem("PRIVATE KEY", RFC_8410_SECRET.replace("BCIEI", "BCIEH")),
                pem("PUBLIC KEY", RFC_8410_PUBLIC),
                pem("ENCRYPTED PRIVATE KEY", RFC_8410_SECRET),
                pem("OPENSSH PRIVATE KEY", RFC_8410_SECRET),
                pem(rsa.generateKeyPair().getPrivate()),
                pem(Forgery.ec("secp256r1").getPrivate()),
                pem(KeyPairGenerator.getInstance("X25519").generateKeyPair().getPrivate()),
                pem(KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPrivate()),
                "x".repeat(50_000) + whole);
    }

    @ParameterizedTest
    @MethodSource
    @DisabledOnOs(OS.WINDOWS)
    void noIdentity(String content) throws Exception {
        holding(content);
        for (Executable use :
                List.<Executable>of(() -> NodeIdentity.load(file()), () -> NodeIdentity.loadOrCreate(file()))) {
            String message = refused(use);
            assertTrue(message.contains("holds no identity, or a damaged one"), message);
        }
        assertEquals(content, Files.readString(file()));
        assertEquals(List.of("node.pem"), files());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw-rw-rw-", "rwx-----x"})
    @DisabledOnOs(OS.WINDOWS)
    void aKeyThatOthersCanReachIsRefused(String rights) throws Exception {
        NodeIdentity.create(file());
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(rights));
        String message = refused(() -> NodeIdentity.loadOrCreate(file()));
        assertTrue(message.contains(rights) && message.contains("chmod 600 " + file()), message);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aKeyThatNobodyCanWriteIsTaken() throws Exception {
        NodeId node = NodeIdentity.create(file()).nodeId();
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("r--------"));
        assertEquals(node, NodeIdentity.load(file()).nodeId());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aKeyThatCanNotBeReadIsRefused() throws Exception {
        NodeIdentity.create(file());
        Files.setPosixFilePermissions(file(), Set.of());
        assumeFalse(Files.isReadable(file()), "this user may read everything");
        String message = refused(() -> NodeIdentity.loadOrCreate(file()));
        assertTrue(message.contains("can't be read"), message);
    }

    @Test
    void noFile() throws Exception {
        String message = refused(() -> NodeIdentity.load(file()));
        assertTrue(message.contains("pubsub identity new --file " + file()), message);
        assertEquals(List.of(), files());
    }

    @Test
    void aDirectoryIsNoIdentity() throws Exception {
        Files.createDirectory(file());
        assertTrue(refused(() -> NodeIdentity.load(file())).contains("no regular file"));
        assertTrue(refused(() -> NodeIdentity.loadOrCreate(file())).contains("no regular file"));
        assertTrue(refused(() -> NodeIdentity.create(file())).contains("exists already"));
        assertEquals(List.of("node.pem"), files());
    }

    /** To read one would wait for ever. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aPipeIsNoIdentity() throws Exception {
        assumeTrue(new ProcessBuilder("mkfifo", file().toString()).start().waitFor() == 0, "there is no mkfifo here");
        assertTrue(refused(() -> NodeIdentity.loadOrCreate(file())).contains("no regular file"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkToAnIdentityIsFollowed() throws Exception {
        Path real = directory.resolve("real.pem");
        NodeId node = NodeIdentity.create(real).nodeId();
        Files.createSymbolicLink(file(), real);
        assertEquals(node, NodeIdentity.load(file()).nodeId());
        assertEquals(node, NodeIdentity.loadOrCreate(file()).nodeId());
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(refused(() -> NodeIdentity.load(file())).contains("rw-r--r--"));
    }

    /** Else whoever may write in the directory could choose where the key goes. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nothingIsWrittenThroughALink() throws Exception {
        Files.createSymbolicLink(file(), directory.resolve("nowhere"));
        assertTrue(refused(() -> NodeIdentity.create(file())).contains("exists already"));
        assertTrue(refused(() -> NodeIdentity.loadOrCreate(file())).contains("There is no identity"));
        assertEquals(List.of("node.pem"), files());
    }

    @Test
    void noDirectory() throws Exception {
        Path file = directory.resolve("missing").resolve("node.pem");
        String message = refused(() -> NodeIdentity.loadOrCreate(file));
        assertTrue(message.contains("directory must exist"), message);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDirectoryThatMayNotBeWrittenTo() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        try {
            assumeFalse(Files.isWritable(directory), "this user may write everywhere");
            String message = refused(() -> NodeIdentity.loadOrCreate(file()));
            assertTrue(message.contains("the right to write"), message);
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void threadsThatRunForTheFirstTimeAtOnceGetTheSame() throws Exception {
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 20; round++) {
                Path file = directory.resolve("node-" + round);
                CyclicBarrier barrier = new CyclicBarrier(threads);
                Callable<NodeId> first = () -> {
                    barrier.await();
                    return NodeIdentity.loadOrCreate(file).nodeId();
                };
                List<NodeId> nodes = new ArrayList<>();
                for (var future : executor.invokeAll(java.util.Collections.nCopies(threads, first))) {
                    nodes.add(future.get());
                }
                assertEquals(Set.of(NodeIdentity.load(file).nodeId()), Set.copyOf(nodes));
            }
            assertEquals(20, files().size());
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void processesThatRunForTheFirstTimeAtOnceGetTheSame() throws Exception {
        List<java.lang.Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Process.class.getName(),
                                file().toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
            }
            for (java.lang.Process process : processes) {
                assertEquals("ready", process.inputReader().readLine());
            }
            for (java.lang.Process process : processes) {
                process.getOutputStream().close();
            }
            Set<String> nodes = new java.util.HashSet<>();
            for (java.lang.Process process : processes) {
                nodes.add(process.inputReader().lines().collect(Collectors.joining("\n")));
                assertEquals(0, process.waitFor());
            }
            assertEquals(Set.of(NodeIdentity.load(file()).nodeId().toString()), nodes);
            assertEquals(List.of("node.pem"), files());
        } finally {
            processes.forEach(java.lang.Process::destroyForcibly);
        }
    }

    @Test
    void nothingSecretIsInItsText() throws Exception {
        NodeIdentity identity = NodeIdentity.load(holding(pem("PRIVATE KEY", RFC_8410_SECRET)));
        assertEquals("NodeIdentity[" + identity.nodeId() + "]", identity.toString());
    }
}
