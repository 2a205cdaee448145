package dev.eventtarget.examples.file;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

// snippet: file-contract
class FileContractTest extends EventTargetContract {
    @TempDir
    static Path directory;

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return EventTargets.open(vertx, directory.resolve(bus).toUri() + "?closeTimeout=10s");
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(10);
    }
}
// end
