package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ProgressBar.Unit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ProgressBarTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesFewLinesToLogFile() {
        try (ProgressBar bar = new ProgressBar("reading", 2_000, Unit.TOKENS, out, false, System::nanoTime)) {
            for (int tokens = 1; tokens <= 2_000; tokens++) {
                bar.update(tokens, "loss 2.5");
            }
        }
        assertEquals(1, text().lines().count(), text());
        assertTrue(
                text().matches("reading █{24} 100%  2,000 tokens  [\\d,]+ tokens/s  0:00 left  loss 2.5\\R"), text());
    }

    @Test
    void writesFewLinesPerDayInNotebook() {
        long[] now = {0};
        int seconds = 24 * 3600;
        try (ProgressBar bar = new ProgressBar("training", seconds, Unit.TOKENS, out, false, () -> now[0])) {
            for (int second = 0; second <= seconds; second++) {
                now[0] = second * 1_000_000_000L;
                bar.update(second, "");
                if (second == 20) {
                    assertEquals(4, text().lines().count(), text());
                } else if (second == 600) {
                    assertEquals(35, text().lines().count(), 5, text());
                }
            }
        }
        assertEquals(90, text().lines().count(), 10, text());
        assertTrue(text().indexOf('\r') < 0 && text().indexOf('\u001b') < 0, text());
        assertTrue(text().lines().reduce((a, b) -> b).orElseThrow().contains("100%"), text());
    }

    @Test
    void writesLinesWithoutTerminal() throws Exception {
        // A kernel's: the input is a pipe, the type of a terminal is inherited.
        ProcessBuilder program = ChildJvm.of(ProgressBarTest.class).redirectErrorStream(true);
        program.environment().put("TERM", "xterm");
        Process process = program.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.matches("reading \\S{24} 100%  10 tokens\\R"), output);
    }

    /** Main class of the child process. */
    public static void main(String[] arguments) {
        try (ProgressBar bar = new ProgressBar("reading", 10)) {
            bar.update(10, "");
        }
    }

    @Test
    void showsBytesInMegabytes() {
        try (ProgressBar bar = new ProgressBar("org/name", 2_500_000_000L, Unit.BYTES, out, false, System::nanoTime)) {
            bar.update(2_500_000_000L, "model.safetensors");
        }
        assertTrue(text().matches("org/name █{24} 100%  2,500.0 MB  model.safetensors\\R"), text());
    }

    @Test
    void showsSpeedFromFirstStepAfterInitialUpdate() throws InterruptedException {
        try (ProgressBar bar = new ProgressBar("training", 1_000, Unit.TOKENS, out, false, System::nanoTime)) {
            bar.update(900, "");
            Thread.sleep(50);
            bar.update(1_000, "");
        }
        String speed = text().replaceAll("training █{24} 100%  1,000 tokens  ([\\d,]+) tokens/s  0:00 left\\R", "$1");
        double rate = Double.parseDouble(speed.replace(",", ""));
        assertTrue(rate > 100 && rate <= 2_000, text());
    }

    @Test
    void redrawsOneLineOnTerminal() throws InterruptedException {
        long start = System.nanoTime();
        try (ProgressBar bar = new ProgressBar("training", 1_000_000, Unit.TOKENS, out, true, System::nanoTime)) {
            for (int i = 0; i < 60; i++) {
                Thread.sleep(10);
                bar.update(400_000 + 1_000 * i, "");
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long drawings = text().chars().filter(c -> c == '\r').count();
        assertTrue(drawings >= 1 && drawings <= 5 * seconds + 1, drawings + " in " + seconds + " s");
        assertEquals(1, text().chars().filter(c -> c == '\n').count());
        // A resumed task: what was done before does not count as speed.
        String last = text().substring(text().lastIndexOf('\r'));
        double rate = Double.parseDouble(
                last.replaceAll("(?s).*tokens  ([\\d,]+) tokens/s.*", "$1").replace(",", ""));
        assertTrue(rate > 0 && rate <= 110_000, last);
    }

    @Test
    void writesNothingWithoutUpdate() {
        new ProgressBar("reading", 10, Unit.TOKENS, out, true, System::nanoTime).close();
        assertEquals("", text());
    }
}
