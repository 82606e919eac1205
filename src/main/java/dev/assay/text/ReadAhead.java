package dev.assay.text;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads contexts ahead of the caller. A daemon thread, started by the first {@link #next}, reads contexts into a bounded queue, each with
 * the position after it. A failure is queued in place of the context that failed.
 */
final class ReadAhead implements ContextReader {
    /** Opens a reader at the first context. */
    interface Opener {
        ContextReader open() throws IOException;
    }

    /** Result of reading one context: a context, the end ({@code context} is null), or a failure. */
    private record Step(TokenBatch context, TextPosition after, Throwable failure) {
        boolean isLast() {
            return context == null;
        }
    }

    private final Opener opener;
    private final int contexts;
    private ContextReader reader;
    private TextPosition position;
    private BlockingQueue<Step> ready;
    private Thread thread;
    /** Set before the thread is interrupted, because the text reader may clear the interrupt flag. */
    private volatile boolean stopping;
    /** The end or the failure, once it is reached. */
    private Step last;

    ReadAhead(Opener opener, int contexts) throws IOException {
        if (contexts < 1) {
            throw new IllegalArgumentException("contexts is " + contexts + ", expected at least 1");
        }
        this.opener = opener;
        this.contexts = contexts;
        this.reader = opener.open();
        this.position = reader.position();
    }

    @Override
    public TokenBatch next(int maxRows) throws IOException {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", expected at least 1");
        }
        List<TokenBatch> rows = new ArrayList<>();
        while (rows.size() < maxRows) {
            Step step = take();
            if (step.failure() != null) {
                throw rethrown(step.failure());
            }
            position = step.after();
            if (step.isLast()) {
                break;
            }
            rows.add(step.context());
        }
        return rows.isEmpty() ? null : TokenBatch.concat(rows);
    }

    private Step take() throws IOException {
        if (last != null) {
            return last;
        }
        if (thread == null) {
            start();
        }
        try {
            Step step = ready.take();
            if (step.isLast()) {
                last = step;
            }
            return step;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for text");
        }
    }

    private void start() {
        stopping = false;
        ready = new ArrayBlockingQueue<>(contexts);
        ContextReader source = reader;
        BlockingQueue<Step> queue = ready;
        thread = new Thread(() -> produce(source, queue), "assay-read-ahead");
        thread.setDaemon(true);
        thread.start();
    }

    private void produce(ContextReader source, BlockingQueue<Step> queue) {
        try {
            Step step = read(source);
            while (!stopping) {
                queue.put(step);
                if (step.isLast()) {
                    break;
                }
                step = read(source);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static Step read(ContextReader source) {
        try {
            TokenBatch context = source.next(1);
            return new Step(context, source.position(), null);
        } catch (IOException | RuntimeException | Error e) {
            return new Step(null, null, e);
        }
    }

    private static IOException rethrown(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return (IOException) failure;
    }

    @Override
    public TextPosition position() {
        return position;
    }

    @Override
    public void seek(TextPosition to) throws IOException {
        if (to.equals(position)) {
            return;
        }
        if (thread != null) {
            close();
            reader = opener.open();
        }
        reader.seek(to);
        position = reader.position();
    }

    @Override
    public void close() throws IOException {
        if (thread != null) {
            stopping = true;
            thread.interrupt();
            join();
            thread = null;
            last = null;
        }
        reader.close();
    }

    /** Waits for the thread, because the caller may close the tokenizer next. */
    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
