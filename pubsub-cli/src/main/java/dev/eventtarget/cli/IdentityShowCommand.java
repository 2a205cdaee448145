package dev.eventtarget.cli;

import dev.eventtarget.quic.NodeIdentity;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(
        name = "show",
        description = "Prints the NodeId of an identity.",
        footerHeading = "%nExamples:%n",
        footer = "  pubsub identity show --file hub.pem")
final class IdentityShowCommand extends IdentityCommand.OfFile {
    @Override
    NodeIdentity identity(Path file) {
        return NodeIdentity.load(file);
    }
}
