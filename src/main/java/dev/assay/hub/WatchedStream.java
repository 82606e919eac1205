package dev.assay.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * The body of a response with a read timeout. If the connection breaks or no data arrives for too long, it throws
 * {@link TransientFailure}; the underlying stream would block forever.
 */
final class WatchedStream extends FilterInputStream {
    private final String problem;
    private final Duration silence;
    private final Timer timer = new Timer("assay-hub-watch", true);
    private volatile long lastSign = System.nanoTime();
    private volatile boolean silent;

    /** Watches a stream; {@code problem} is the start of the message of a failure. */
    WatchedStream(InputStream in, String problem, Duration silence) {
        super(in);
        this.problem = problem;
        this.silence = silence;
        long period = Math.max(1, silence.toMillis() / 4);
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        watch();
                    }
                },
                period,
                period);
    }

    private void watch() {
        if (System.nanoTime() - lastSign > silence.toNanos()) {
            silent = true;
            timer.cancel();
            try {
                // Unblocks the reader.
                in.close();
            } catch (IOException alreadyBroken) {
                return;
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int read = in.read(buffer, offset, length);
            if (silent) {
                throw new IOException("the connection was closed");
            }
            lastSign = System.nanoTime();
            return read;
        } catch (IOException broken) {
            throw silent
                    ? new TransientFailure(problem + " (no data for " + silence.toSeconds() + " seconds)", null, broken)
                    : TransientFailure.of(problem, broken);
        }
    }

    @Override
    public void close() throws IOException {
        timer.cancel();
        super.close();
    }
}
