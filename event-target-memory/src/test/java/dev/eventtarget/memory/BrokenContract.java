package dev.eventtarget.memory;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The suite on a target with the defect that the configuration parameter {@value #DEFECT} names. */
class BrokenContract extends EventTargetContract {
    static final String DEFECT = "defect";
    private static final int HISTORY = 10_000;

    private Defect defect = Defect.NONE;

    @RegisterExtension
    final BeforeEachCallback configuration = context ->
            defect = Defect.valueOf(context.getConfigurationParameter(DEFECT).orElseThrow());

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        String name = defect == Defect.GIVES_EACH_TARGET_A_BUS_OF_ITS_OWN ? bus + System.nanoTime() : bus;
        String closeTimeout = fails() ? "3s" : "30s";
        return defect.in(
                EventTargets.open(vertx, "memory:" + name + "?closeTimeout=" + closeTimeout + defect.configuration()));
    }

    @Override
    protected Duration patience() {
        return fails() ? Duration.ofMillis(700) : super.patience();
    }

    /** Whether rules are expected to fail, for which nobody wants to wait. */
    private boolean fails() {
        return defect != Defect.NONE && defect != Defect.GRANTS_WHAT_IT_DOES_NOT_CLAIM;
    }

    @Override
    protected int historyLimit() {
        return HISTORY;
    }
}
