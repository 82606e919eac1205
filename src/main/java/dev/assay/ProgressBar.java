package dev.assay;

import java.io.PrintStream;
import java.util.Locale;

/** One line on the error stream that tells how far a long task is, how fast, and how long it will still take. */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final long TERMINAL_PAUSE = 200_000_000L; // nanoseconds between two drawings
    private static final long FILE_PAUSE = 15_000_000_000L;

    /** What a task counts. */
    public enum Unit {
        /** Tokens of text. */
        TOKENS("%,.0f tokens", 1),
        /** Bytes, shown as millions. */
        BYTES("%,.1f MB", 1e6);

        private final String format;
        private final double size;

        Unit(String format, double size) {
            this.format = format;
            this.size = size;
        }

        private String amount(double count) {
            return String.format(Locale.ROOT, format, count / size);
        }
    }

    private final PrintStream out;
    private final boolean terminal;
    private final String label;
    private final Unit unit;
    private final long total;
    private long first = -1;
    private long startedAt; // when the first amount was told
    private long drawnAt;
    private boolean drawn;

    /**
     * Starts a bar of tokens on the error stream. A terminal sees one line that changes; a log file a line every few seconds.
     *
     * @param label what is done
     * @param total the tokens of the whole task
     */
    public ProgressBar(String label, long total) {
        this(label, total, Unit.TOKENS);
    }

    /**
     * Starts a bar on the error stream.
     *
     * @param label what is done
     * @param total the size of the whole task
     * @param unit what is counted
     */
    public ProgressBar(String label, long total, Unit unit) {
        this(label, total, unit, System.err, System.console() != null && System.getenv("TERM") != null);
    }

    ProgressBar(String label, long total, Unit unit, PrintStream out, boolean terminal) {
        this.label = label;
        this.total = total;
        this.unit = unit;
        this.out = out;
        this.terminal = terminal;
        this.drawnAt = System.nanoTime();
    }

    /**
     * Tells how far the task is. Speed is counted from the first call, so that a task should call once as it starts; before there is
     * a speed, none is shown.
     *
     * @param done so far; where a resumed task starts is what the first call says
     * @param note what else to show, such as the loss
     */
    public void update(long done, String note) {
        long now = System.nanoTime();
        if (first < 0) {
            first = done;
            startedAt = now;
        }
        if (done >= total || now - drawnAt >= (terminal ? TERMINAL_PAUSE : FILE_PAUSE)) {
            drawnAt = now;
            draw(done, note, (now - startedAt) / 1e9);
        }
    }

    private void draw(long done, String note, double seconds) {
        double share = total == 0 ? 1 : Math.min(1, (double) done / total);
        double rate = (done - first) / Math.max(seconds, 1e-9);
        int filled = (int) Math.round(share * WIDTH);
        String speed = rate > 0 ? "  " + unit.amount(rate) + "/s  " + time((total - done) / rate) + " left" : "";
        String line = String.format(
                Locale.ROOT,
                "%s %s%s %3.0f%%  %s%s%s",
                label,
                "█".repeat(filled),
                "░".repeat(WIDTH - filled),
                100 * share,
                unit.amount(done),
                speed,
                note.isEmpty() ? "" : "  " + note);
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
