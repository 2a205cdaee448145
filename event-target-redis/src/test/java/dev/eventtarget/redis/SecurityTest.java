package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** TLS, with a certificate authority of its own, and users. */
class SecurityTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=Authority")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
    }

    private static X509Bundle certificate(X509Bundle authority, String host) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + host)
                .addSanDnsName(host)
                .ecp256()
                .buildIssuedBy(authority);
    }

    private void assertWorks(TypedEventTarget target) {
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        Queue<Integer> group = new ConcurrentLinkedQueue<>();
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail())));
        ready(target.addEventListener(
                ORDER,
                event -> group.add(event.detail()),
                ListenerOptions.defaults().group("billing")));
        for (int number = 1; number <= 3; number++) {
            result(target.dispatchEvent(TypedEvent.of(ORDER, number)));
        }
        eventually(() -> assertEquals(List.of(1, 2, 3), List.copyOf(heard)));
        eventually(() -> assertEquals(List.of(1, 2, 3), List.copyOf(group)));
    }

    private void assertNoConnection(TypedEventTarget target) {
        assertInstanceOf(NotConnectedException.class, failure(target.dispatchEvent(TypedEvent.of(ORDER, 1))));
    }

    @Test
    void aCertificateThatIsTrustedIsAccepted() throws Exception {
        X509Bundle authority = authority();
        RedisServer server = use(RedisServer.startWithTls(certificate(authority, "localhost")));
        String trusted = "caFile=" + authority.toTempCertChainPem();
        assertWorks(open(server.tlsUrl(), trusted));
        assertNoConnection(open(server.tlsUrl(), "publishTimeout=1s"));
        assertNoConnection(open(
                server.tlsUrl(), "publishTimeout=1s", "caFile=" + authority().toTempCertChainPem()));
        assertNoConnection(
                open(server.url().replace("redis:", "rediss:"), "publishTimeout=1s", "commandTimeout=1s", trusted));
    }

    @Test
    void aCertificateForAnotherHostIsAcceptedOnlyIfToldSo() throws Exception {
        X509Bundle authority = authority();
        RedisServer server = use(RedisServer.startWithTls(certificate(authority, "redis.example")));
        String trusted = "caFile=" + authority.toTempCertChainPem();
        assertNoConnection(open(server.tlsUrl(), "publishTimeout=1s", trusted));
        assertWorks(open(server.tlsUrl(), trusted, "verifyHost=false"));
    }

    @Test
    void aUserNeedsThePrefixAlone() {
        RedisServer server = use(RedisServer.start());
        server.call("ACL", "SETUSER", "shop", "on", ">p@ss:word/", "~" + prefix + ":*", "&*", "+@all", "-@dangerous");
        server.call("ACL", "SETUSER", "shop", "+info");
        assertWorks(open("redis://shop:p%40ss%3Aword%2F@" + server.address()));
    }

    @Test
    void aPasswordWithoutAUserIsEnough() {
        RedisServer server = use(RedisServer.start());
        server.call("CONFIG", "SET", "requirepass", "secret");
        assertWorks(open("redis://:secret@" + server.address()));
    }

    @Test
    void databasesAreApart() {
        RedisServer server = RedisServer.shared();
        TypedEventTarget first = open(server.url() + "/1");
        TypedEventTarget second = open(server.url() + "/2");
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(second.addEventListener(ORDER, event -> heard.add(event.detail())));
        result(first.dispatchEvent(TypedEvent.of(ORDER, 1)));
        result(second.dispatchEvent(TypedEvent.of(ORDER, 2)));
        eventually(() -> assertEquals(List.of(2), List.copyOf(heard)));
        assertWorks(first);
    }
}
