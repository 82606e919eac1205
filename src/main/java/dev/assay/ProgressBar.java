package dev.assay;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Reports progress, speed and remaining time of a long task on the error stream. On a terminal it redraws one line. In a log file or a
 * notebook it prints separate lines at increasing intervals: about thirty for a task of ten minutes, about ninety for a task of a day.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final long TERMINAL_PAUSE = 200_000_000L; // nanoseconds between redraws
    private static final long LINE_PAUSE = 5_000_000_000L; // minimum of nanoseconds between lines
    private static final long LINE_SHARE = 10; // minimum interval as a part of the elapsed time

    /** The unit of progress. */
    public enum Unit {
        /** Tokens of text. */
        TOKENS("%,.0f tokens", 1),
        /** Bytes, displayed in megabytes. */
        BYTES("%,.1f MB", 1e6),
        /** Results, such as scores. */
        RESULTS("%,.0f results", 1);

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
    private final LongSupplier clock;
    private final String label;
    private final Unit unit;
    private final long total;
    private long first = -1;
    private long startedAt; // time of the first update
    private long drawnAt;
    private boolean drawn;

    /**
     * Creates a bar of tokens on the error stream.
     *
     * @param label description of the task
     * @param total total number of tokens
     */
    public ProgressBar(String label, long total) {
        this(label, total, Unit.TOKENS);
    }

    /**
     * Creates a bar on the error stream.
     *
     * @param label description of the task
     * @param total total amount
     * @param unit unit of the amount
     */
    public ProgressBar(String label, long total, Unit unit) {
        this(label, total, unit, System.err, onTerminal(), System::nanoTime);
    }

    /** Creates a bar with a given clock in nanoseconds. */
    ProgressBar(String label, long total, Unit unit, PrintStream out, boolean terminal, LongSupplier clock) {
        this.label = label;
        this.total = total;
        this.unit = unit;
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.drawnAt = clock.getAsLong();
    }

    /**
     * Returns whether the process runs in a terminal: both its input and its output are one, and {@code TERM} is set. The kernel of a
     * notebook reads from a pipe, and a batch job has no input.
     */
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && System.getenv("TERM") != null && isTerminal(console);
    }

    /** Returns whether a console is a terminal. From Java 22 on it need not be; its method for that is called by reflection. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /**
     * Updates the progress. Speed is measured from the first call, so a task should call once at its start; no speed is shown before the
     * second call.
     *
     * @param done the amount so far; a resumed task passes its starting point in the first call
     * @param note further text, such as the loss
     */
    public void update(long done, String note) {
        long now = clock.getAsLong();
        if (first < 0) {
            first = done;
            startedAt = now;
        }
        long pause = terminal ? TERMINAL_PAUSE : Math.max(LINE_PAUSE, (now - startedAt) / LINE_SHARE);
        if (done >= total || now - drawnAt >= pause) {
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

    /** Completes the line. */
    @Override
    public void close() {
        if (terminal && drawn) {
            out.println();
        }
    }
}
