package dev.assay.activation;

import java.io.IOException;
import java.util.Optional;

/** A stream that computes each batch once, as far as its cache has room. Batches are identified by their position in the text. */
final class CachingStream implements ActivationStream {
    private final ActivationSource source;
    private final ActivationMemory cache;
    private StreamPosition position;
    private ActivationStream computing; // null until a batch has to be computed

    CachingStream(ActivationSource source, ActivationMemory cache, StreamPosition start) {
        this.source = source;
        this.cache = cache;
        this.position = start;
    }

    @Override
    public StreamPosition position() {
        return position;
    }

    @Override
    public ActivationRows next() throws IOException {
        Optional<ActivationRows> kept = cache.get(position.text());
        if (kept.isPresent()) {
            position = cache.after(position);
            return kept.get();
        }
        if (computing == null) {
            computing = source.open(position);
        } else if (!computing.position().equals(position)) {
            computing.close();
            computing = null; // stays closed if the next line fails
            computing = source.open(position);
        }
        ActivationRows rows = computing.next();
        cache.put(position, rows, computing.position());
        position = computing.position();
        return rows;
    }

    @Override
    public void close() throws IOException {
        try (ActivationMemory freed = cache) {
            if (computing != null) {
                computing.close();
            }
        }
    }
}
