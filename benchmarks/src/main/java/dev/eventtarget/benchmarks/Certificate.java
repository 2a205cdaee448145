package dev.eventtarget.benchmarks;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A P-256 certificate for 127.0.0.1, signed by itself, in files that go with the process. */
record Certificate(Path certFile, Path keyFile) {
    static final Certificate HERE = make();

    private static Certificate make() {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .algorithm(Algorithm.ecp256)
                    .subject("CN=localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            return new Certificate(
                    file("certificate", bundle.getCertificatePEM()), file("key", bundle.getPrivateKeyPEM()));
        } catch (Exception e) {
            throw new IllegalStateException("There is no certificate to be had", e);
        }
    }

    private static Path file(String name, String content) throws IOException {
        Path file = Files.createTempFile(name, ".pem");
        file.toFile().deleteOnExit();
        return Files.writeString(file, content);
    }
}
