package dev.eventtarget.cli;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Command;

@Command(
        name = "list",
        description = {
            "Prints the dead letters of a type from the earliest on, one JSON envelope a line.",
            "",
            "The headers dead-letter-type, -reason, -message, -attempts and -group say where each comes from and why."
                    + " Those that were published anew are among them: they stay until the target drops them."
        },
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {
            "  pubsub dlq list order.rejected",
            "  pubsub dlq list order.rejected | jq -r '.headers.\"dead-letter-message\"' | sort | uniq -c"
        })
final class DlqListCommand extends DeadLetterCommand {
    DlqListCommand(Main main) {
        super(main, Duration.ofSeconds(2));
    }

    @Override
    Subscription listen(TypedEventTarget target, EventType<EncodedDetail> type, ListenerOptions options) {
        EventListener<EncodedDetail> listener = this::print;
        return target.addEventListener(type, listener, options);
    }

    private void print(TypedEvent<EncodedDetail> event) {
        out().println(new String(JSON.encode(event), StandardCharsets.UTF_8));
        if (out().checkError()) {
            fail("Nobody reads the standard output any more");
            end();
        } else {
            done();
        }
    }

    @Override
    String summary(String deadLetters) {
        return deadLetters;
    }
}
