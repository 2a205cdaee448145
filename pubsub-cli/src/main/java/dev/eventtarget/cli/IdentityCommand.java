package dev.eventtarget.cli;

import dev.eventtarget.quic.NodeIdentity;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "identity",
        description = {
            "Shows and makes the keys by which hubs and spokes at quic: addresses know each other.",
            "",
            "A NodeId is the public half: it goes into addresses, and into lists of who may come. The private half stays in"
                    + " its file."
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {"  pubsub identity new --file hub.pem", "  pubsub identity show --file hub.pem"})
final class IdentityCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Which command? There are show and new");
    }

    /** A command on an identity that prints its NodeId, and nothing else. */
    abstract static class OfFile implements Callable<Integer> {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "The file with the private key; default: ${DEFAULT-VALUE}.")
        private Path file = Path.of("node.pem");

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        abstract NodeIdentity identity(Path file);

        @Override
        public final Integer call() {
            spec.commandLine().getOut().println(identity(file).nodeId());
            return Main.OK;
        }
    }
}
