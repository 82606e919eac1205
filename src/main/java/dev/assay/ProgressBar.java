package dev.assay;

import java.io.PrintStream;
import java.util.Locale;

/** One line on the error stream that tells how far a long task is, how fast, and how long it will still take. */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final long TERMINAL_PAUSE = 200_000_000L; // nanoseconds between two drawings
    private static final long FILE_PAUSE = 15_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final String label;
    private final long total;
    private final long start = System.nanoTime();
    private long first = -1;
    private long drawnAt;
    private boolean drawn;

    /**
     * Starts a bar on the error stream. A terminal sees one line that changes; a log file a line every few seconds.
     *
     * @param label what is done
     * @param total the tokens of the whole task
     */
    public ProgressBar(String label, long total) {
        this(label, total, System.err, System.console() != null && System.getenv("TERM") != null);
    }

    ProgressBar(String label, long total, PrintStream out, boolean terminal) {
        this.label = label;
        this.total = total;
        this.out = out;
        this.terminal = terminal;
        this.drawnAt = start;
    }

    /**
     * Tells how far the task is.
     *
     * @param tokens done so far; where a resumed task starts is what the first call says
     * @param note what else to show, such as the loss
     */
    public void update(long tokens, String note) {
        if (first < 0) {
            first = tokens;
        }
        long now = System.nanoTime();
        if (tokens >= total || now - drawnAt >= (terminal ? TERMINAL_PAUSE : FILE_PAUSE)) {
            drawnAt = now;
            draw(tokens, note, (now - start) / 1e9);
        }
    }

    private void draw(long tokens, String note, double seconds) {
        double share = total == 0 ? 1 : Math.min(1, (double) tokens / total);
        double rate = (tokens - first) / Math.max(seconds, 1e-9);
        int filled = (int) Math.round(share * WIDTH);
        String line = String.format(
                Locale.ROOT,
                "%s %s%s %3.0f%%  %,d tokens  %,.0f tokens/s  %s left  %s",
                label,
                "█".repeat(filled),
                "░".repeat(WIDTH - filled),
                100 * share,
                tokens,
                rate,
                rate > 0 ? time((total - tokens) / rate) : "?",
                note);
        if (terminal) {
            out.print("\r\u001b[2K" + line);
            out.flush();
        } else {
            out.println(line);
        }
        drawn = true;
    }

    private static String time(double seconds) {
        long s = Math.round(Math.max(0, seconds));
        return s >= 3600
                ? String.format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format("%d:%02d", s / 60, s % 60);
    }

    /** Ends the line. */
    @Override
    public void close() {
        if (terminal && drawn) {
            out.println();
        }
    }
}
