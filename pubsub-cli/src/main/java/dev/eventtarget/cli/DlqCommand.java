package dev.eventtarget.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "dlq",
        description = "Shows dead letters, the events that listeners gave up, and publishes them anew.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {"  pubsub dlq list order.rejected", "  pubsub dlq replay order.rejected"})
final class DlqCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Which command? There are list and replay");
    }
}
