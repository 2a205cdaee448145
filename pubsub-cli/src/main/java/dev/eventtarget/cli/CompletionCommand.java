package dev.eventtarget.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Prints a script that has a shell complete commands and options of pubsub.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(pubsub completion bash)       # in ~/.bashrc",
            "  source <(pubsub completion zsh)        # in ~/.zshrc",
            "  pubsub completion bash > /etc/bash_completion.d/pubsub"
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells there are scripts for. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init")
    private Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        // the script knows both shells
        String script = AutoComplete.bash("pubsub", spec.root().commandLine());
        spec.commandLine().getOut().print(shell == Shell.zsh ? "#compdef pubsub\n" + script : script);
        spec.commandLine().getOut().flush();
        return Main.OK;
    }
}
