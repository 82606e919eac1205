package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.provenance.LeftOutTokens;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.HoldOut;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import dev.assay.text.TextUsage;
import dev.assay.text.TokenBatch;
import dev.assay.text.TokenSelection;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Activations computed by running a model on a corpus. */
public final class ModelActivationSource implements ActivationSource {
    private static final int TOKENS_PER_PASS = 4096;
    /** How much text is tokenised while the model runs. */
    private static final int PASSES_AHEAD = 2;

    private final SiteReader model;
    private final Corpus corpus;
    private final Split split;
    private final boolean withSpecialTokens;
    private final int skippedPositions;

    private final TextUsage usage;

    private ModelActivationSource(
            SiteReader model, Corpus corpus, Split split, boolean withSpecialTokens, int skippedPositions) {
        this.model = model;
        this.corpus = corpus;
        this.split = split;
        this.withSpecialTokens = withSpecialTokens;
        this.skippedPositions = skippedPositions;
        this.usage = new TextUsage(corpus);
    }

    static ModelActivationSource of(SiteReader model, Corpus corpus) {
        return new ModelActivationSource(model, corpus, Split.TRAINING, false, 0);
    }

    /**
     * Returns this source on another part of the corpus: the training documents (the default), the held-out or all documents.
     */
    public ModelActivationSource split(Split part) {
        return new ModelActivationSource(model, corpus, part, withSpecialTokens, skippedPositions);
    }

    /**
     * Returns this source with or without the positions of special tokens (BOS, end of text, padding). Default: without, since their
     * activations are often a hundred times as large as others, and equal in every context.
     */
    public ModelActivationSource withSpecialTokens(boolean keep) {
        return new ModelActivationSource(model, corpus, split, keep, skippedPositions);
    }

    /**
     * Returns this source without the first positions of each context, a BOS token counted. Default: with all positions.
     *
     * @param count the number of positions to leave out, from 0 to less than the length of a context
     * @return the source
     */
    public ModelActivationSource skippingPositions(int count) {
        InvalidInputException.require(
                count >= 0 && count < corpus.contextLength(),
                () -> "the number of positions to skip is " + count + ", expected 0 to " + (corpus.contextLength() - 1)
                        + " for contexts of " + corpus.contextLength() + " tokens");
        return new ModelActivationSource(model, corpus, split, withSpecialTokens, count);
    }

    /** {@return the text} */
    public Corpus corpus() {
        return corpus;
    }

    /** {@return the number of contexts per forward pass; the last pass of an epoch can have fewer} */
    public int contextsPerPass() {
        return Math.max(1, TOKENS_PER_PASS / corpus.contextLength());
    }

    /** {@return the documents that are read} */
    public Split split() {
        return split;
    }

    /** {@return the tokens that have a row} */
    public TokenSelection selection() {
        return new TokenSelection(withSpecialTokens, skippedPositions);
    }

    /**
     * Counts the contexts of the text and the rows of each forward pass, without running the model.
     *
     * @return the index of the corpus with a position for each pass
     * @throws IOException if the text cannot be read
     */
    public CorpusIndex index() throws IOException {
        return CorpusIndex.of(corpus, split, selection(), contextsPerPass());
    }

    /** {@return the tokens that the streams of this source have read from each file; a training buffer reads ahead of its use} */
    public TextUsage usage() {
        return usage;
    }

    @Override
    public List<String> sites() {
        return model.sites();
    }

    @Override
    public List<Integer> widths() {
        return model.widths();
    }

    @Override
    public Device device() {
        return model.device();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(
                ModelProvenance.of(model.model(), model.precision()),
                sites(),
                TextProvenance.of(
                                corpus.description(),
                                part(),
                                corpus.contextLength(),
                                corpus.prependBos(),
                                !withSpecialTokens)
                        .withLeftOut(LeftOutTokens.NONE.withFirstPositions(skippedPositions)));
    }

    private String part() {
        return documents() + (corpus.contexts().equals(ContextRange.ALL) ? "" : "; " + corpus.contexts());
    }

    private String documents() {
        HoldOut holdOut = corpus.holdOut();
        if (split == Split.ALL || holdOut.every() == 0) {
            return "all documents";
        }
        return (split == Split.TRAINING ? "all but" : "only") + " one of " + holdOut.every() + " documents"
                + (holdOut.rule() == HoldOut.Rule.HASH ? " by hash" : "");
    }

    @Override
    public String modelHash() {
        return model.hash();
    }

    @Override
    public ActivationStream open(StreamPosition start) throws IOException {
        return new Stream(start);
    }

    private final class Stream implements ActivationStream {
        private final int contextsPerPass = contextsPerPass();
        private ContextReader reader;
        private StreamPosition position;

        Stream(StreamPosition start) throws IOException {
            position = start;
            reader = corpus.readAhead(split, PASSES_AHEAD * contextsPerPass);
            reader.seek(start.text());
        }

        @Override
        public StreamPosition position() {
            return position;
        }

        @Override
        public ActivationRows next() throws IOException {
            long searchedFrom = position.epoch();
            while (true) {
                ActivationRows rows = rows(nextBatch());
                if (rows != null) {
                    return rows;
                }
                if (position.epoch() > searchedFrom + 1) {
                    throw new InvalidInputException(
                            corpus.description() + " has only special tokens, expected a text with other tokens");
                }
            }
        }

        private TokenBatch nextBatch() throws IOException {
            TokenBatch batch = reader.next(contextsPerPass);
            if (batch == null) {
                reader.close();
                reader = corpus.readAhead(split, PASSES_AHEAD * contextsPerPass);
                position = StreamPosition.of(position.epoch() + 1, TextPosition.START);
                batch = reader.next(contextsPerPass);
            }
            position = StreamPosition.of(position.epoch(), reader.position());
            return batch;
        }

        /** Returns the activations of a batch, or null when every token is special. */
        private ActivationRows rows(TokenBatch batch) {
            try (Scope scope = Scope.open();
                    Autograd off = Autograd.off()) {
                NDArray values = model.read(batch);
                long[] kept = selection().of(batch, corpus.tokenizer());
                if (kept.length == 0) {
                    return null;
                }
                usage.add(batch, kept);
                if (kept.length < batch.ids().length) {
                    values = Aten.indexSelect(values, 0, Aten.longs(values.getManager(), kept));
                }
                int[] at = LongStream.of(kept).mapToInt(place -> (int) place).toArray();
                return new ActivationRows(
                        scope.keep(values),
                        IntStream.of(at).mapToLong(i -> batch.ids()[i]).toArray(),
                        IntStream.of(at).mapToLong(i -> batch.documents()[i]).toArray(),
                        IntStream.of(at).map(i -> batch.positions()[i]).toArray());
            }
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
