package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who a hub is at its {@code quic:} addresses, and who may come: options of these addresses, said once for all. */
final class NodeOptions {
    private static final String ANY = "any";

    @Option(
            names = "--identity",
            paramLabel = "FILE",
            description = "The file with the hub's private key, made where there is none. Without it the hub is another"
                    + " node, with another address, each time.")
    private @Nullable String identity;

    @Option(
            names = "--allow",
            paramLabel = "FILE",
            description = "The file that lists who may come, a NodeId a line; or " + ANY + " for every node that proves"
                    + " who it is. It must be said for an address that other machines can reach.")
    private @Nullable String allow;

    @Option(
            names = "--deny",
            paramLabel = "FILE",
            description = "The file that lists who may not come. When this or the list of --allow changes it is read"
                    + " again, and who may not come any more is cut off.")
    private @Nullable String deny;

    /** Refuses them where there is nothing that they are about. */
    void check(List<EventTargetConfig> listening, List<EventTargetConfig> dialled) {
        boolean listens = listening.stream().anyMatch(NodeOptions::isMeant);
        if (!listens && (allow != null || deny != null)) {
            throw new ConfigurationException(
                    "--allow and --deny are for quic: addresses that the hub listens at: add --listen"
                            + " quic://127.0.0.1:4433, or leave them out");
        }
        if (!listens && identity != null && dialled.stream().noneMatch(NodeOptions::isMeant)) {
            throw new ConfigurationException(
                    "--identity is for quic: addresses: add --listen quic://127.0.0.1:4433, or leave it out");
        }
    }

    /** {@return an address to listen at, with these options if they are meant for it} */
    EventTargetConfig listening(EventTargetConfig address) {
        Map<String, String> options = new LinkedHashMap<>();
        put(options, "identity", identity);
        if (ANY.equals(allow)) {
            options.put("allowAny", "true");
        } else {
            put(options, "allow", allow);
        }
        put(options, "deny", deny);
        return with(address, options);
    }

    /** {@return the address of a spoke, with these options if they are meant for it} */
    EventTargetConfig dialling(EventTargetConfig address) {
        Map<String, String> options = new LinkedHashMap<>();
        put(options, "identity", identity);
        return with(address, options);
    }

    private static void put(Map<String, String> options, String name, @Nullable String value) {
        if (value != null) {
            options.put(name, value);
        }
    }

    private static boolean isMeant(EventTargetConfig address) {
        return address.transport().equals("quic");
    }

    private static EventTargetConfig with(EventTargetConfig address, Map<String, String> options) {
        if (!isMeant(address) || options.isEmpty()) {
            return address;
        }
        JsonObject all = new JsonObject().put("transport", address.transport());
        address.names().forEach(name -> all.put(name, address.string(name)));
        options.forEach((name, value) -> {
            if (all.containsKey(name)) {
                throw new ConfigurationException(
                        name, "The option '" + name + "' is given twice: in the address, and beside it");
            }
            all.put(name, value);
        });
        return EventTargetConfig.of(all);
    }
}
