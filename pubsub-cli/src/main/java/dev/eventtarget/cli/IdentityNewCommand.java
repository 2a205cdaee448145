package dev.eventtarget.cli;

import dev.eventtarget.quic.NodeIdentity;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(
        name = "new",
        description = "Makes an identity in a new file that only its owner may read, and prints its NodeId.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub identity new --file spoke.pem >> allowed",
            "  pubsub hub --listen quic://0.0.0.0:4433 --identity hub.pem --allow allowed",
            "  pubsub sub --url 'quic://NODEID@host:4433?identity=spoke.pem' 'order.>'"
        })
final class IdentityNewCommand extends IdentityCommand.OfFile {
    @Override
    NodeIdentity identity(Path file) {
        return NodeIdentity.create(file);
    }
}
