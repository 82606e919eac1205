package dev.assay.model.training;

import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The contexts of a corpus in order, again from the start after the last one. Every token has weight 1.
 *
 * @param corpus the text; its held-out part is used for validation
 */
public record CorpusContexts(Corpus corpus) implements TrainingData {
    @Override
    public String description() {
        return corpus.description();
    }

    @Override
    public int longest() {
        return corpus.contextLength();
    }

    /** Opens the first context; the seed has no effect. The last rows before the end of the corpus may be fewer than requested. */
    @Override
    public TokenRowStream open(long seed) throws IOException {
        return new Contexts(corpus);
    }

    @Override
    public List<TokenRows> heldOut(int batch, int limit) throws IOException {
        List<TokenRows> rows = new ArrayList<>();
        if (corpus.heldOutEvery() == 0) {
            return rows;
        }
        try (ContextReader reader = corpus.read(Split.HELD_OUT)) {
            int contexts = 0;
            while (contexts < limit) {
                TokenBatch tokens = reader.next(Math.min(batch, limit - contexts));
                if (tokens == null) {
                    break;
                }
                rows.add(TokenRows.of(tokens));
                contexts += tokens.rows();
            }
        }
        return rows;
    }

    private static final class Contexts implements TokenRowStream {
        private final Corpus corpus;
        private ContextReader reader;

        Contexts(Corpus corpus) throws IOException {
            this.corpus = corpus;
            this.reader = corpus.read(Split.TRAINING);
        }

        @Override
        public TokenRows next(int rows) throws IOException {
            TokenBatch batch = reader.next(rows);
            if (batch == null) {
                reader.close();
                reader = corpus.read(Split.TRAINING);
                batch = reader.next(rows);
            }
            return TokenRows.of(batch);
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
