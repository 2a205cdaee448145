package dev.eventtarget.redis;

import static dev.eventtarget.redis.StreamEntries.ascii;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Appends a batch of events to a stream, each once however often the batch is sent. Events with an ID of their own have a
 * key each that remembers it for the window; those with the producer's sequence numbers share one, that remembers the last
 * number: a producer sends the batches of a stream in their order, so that what is not above it is there already. A batch
 * that is sent before the one before it is confirmed says which number that one ends with, and is refused where it is
 * missing. A batch that fails half-way leaves all in the state that the next attempt needs.
 */
final class AppendScript {
    private static final String SCRIPT = """
            local stream, base, ids = KEYS[1], KEYS[2], KEYS[3]
            local window, how, limit, sequence = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
            local known = tonumber(redis.call('GET', base) or '-1')
            if known < tonumber(ARGV[5]) then return redis.error_reply('OUTOFORDER the batch before is missing') end
            local last, at, stop, place, repeated, failure = known, 6, #ARGV, 0, {}, nil
            while at < stop do
              local id, fields = ARGV[at], tonumber(ARGV[at + 1])
              local new
              if id == '' then
                new = sequence > last
              else
                new = redis.call('SET', ids .. id, '', 'NX', 'PX', window)
              end
              if new then
                local done
                if how == '' then
                  done = redis.pcall('XADD', stream, '*', unpack(ARGV, at + 2, at + 1 + fields))
                else
                  done = redis.pcall('XADD', stream, how, '~', limit, '*', unpack(ARGV, at + 2, at + 1 + fields))
                end
                if type(done) == 'table' and done.err then
                  if id ~= '' then redis.call('DEL', ids .. id) end
                  failure = done.err
                  break
                end
              elseif id ~= '' then
                repeated[#repeated + 1] = place
              end
              if sequence > last then last = sequence end
              sequence = sequence + 1
              place = place + 1
              at = at + 2 + fields
            end
            if last > known then redis.call('SET', base, string.format('%.0f', last), 'PX', window) end
            if failure then return redis.error_reply(failure) end
            return repeated
            """;

    private static final byte[] SHA = ascii(sha1());
    private static final byte[] THREE = ascii("3");
    private static final byte[] NONE = {};

    private AppendScript() {}

    private static String sha1() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(SCRIPT.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every JVM has SHA-1", e);
        }
    }

    /** Has the server learn it: what {@link #append} needs. */
    static Request load() {
        return Request.cmd(Command.SCRIPT).arg("LOAD").arg(SCRIPT);
    }

    /**
     * Appends events; the answer has the places, from 0, of those whose own ID is known already.
     *
     * @param memory key of the producer's last sequence number, in the stream's slot
     * @param ids what the keys of events' own IDs begin with, in the same slot
     * @param after the number that must be known already, or -1 for none
     * @param trim {@code XADD}'s strategy and threshold, or nothing
     */
    static Request append(
            byte[] stream,
            byte[] memory,
            byte[] ids,
            byte[] windowMillis,
            List<byte[]> trim,
            long sequence,
            long after,
            List<Outgoing> events) {
        Request request = Request.cmd(Command.EVALSHA)
                .arg(SHA)
                .arg(THREE)
                .arg(stream)
                .arg(memory)
                .arg(ids)
                .arg(windowMillis)
                .arg(trim.isEmpty() ? NONE : trim.get(0))
                .arg(trim.isEmpty() ? NONE : trim.get(1))
                .arg(sequence)
                .arg(after);
        for (Outgoing event : events) {
            byte[] id = event.id();
            request.arg(id == null ? NONE : id).arg(event.fields().length + 2);
            event.addTo(request);
        }
        return request;
    }
}
