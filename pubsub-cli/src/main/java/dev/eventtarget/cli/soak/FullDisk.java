package dev.eventtarget.cli.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process to which the disk is full: the operating system lets it make files, and write nothing into them. It needs no disk
 * to fill and no rights, as it is the limit on the size of files that the process has.
 */
final class FullDisk {
    private static final Path SHELL = Path.of("/bin/sh");
    private static final String LIMITED = "ulimit -f 0 && exec \"$@\"";
    private static final long END_SECONDS = 120;

    private final List<String> pubsub;

    /**
     * Makes one.
     *
     * @param pubsub what the {@code pubsub} command is called by
     */
    FullDisk(List<String> pubsub) {
        this.pubsub = pubsub;
    }

    static boolean isPossible() {
        return Files.isExecutable(SHELL);
    }

    /**
     * Has a publisher begin there.
     *
     * @param url where it publishes to
     * @param nonce the file that it must write before
     * @throws IOException if it is not refused for that reason
     */
    void refuses(String url, Path nonce) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SHELL.toString(), "-c", LIMITED, "pubsub"));
        command.addAll(pubsub);
        String path = nonce.toUri().getRawPath();
        command.addAll(List.of("pub", "--url", url + "&producerNoncePath=" + path, "soak.full", "0"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("A publisher on a full disk was neither refused nor has it ended");
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.exitValue() == 0) {
                throw new IOException("A publisher has begun although its nonce file could not be written: " + said);
            }
            if (!said.contains("producer nonce can't be kept in " + nonce)) {
                throw new IOException("A publisher could not be tried on a full disk: " + said);
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
