package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.IncrementalSafetensors;
import dev.assay.io.Json;
import dev.assay.text.ContextRange;
import dev.assay.text.TokenBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** Writes the file of a part of a store. Data that grows with the number of contexts is buffered in temporary files in a scratch folder. */
final class PartBuilder implements CodeRecorder {
    private static final int BLOCK_SHARE = 128;
    private static final int LARGEST_BLOCK = 1 << 20;

    private final ActivationLog log;
    private final CorpusRecorder corpus;
    private final ByteArrayOutputStream counted = new ByteArrayOutputStream();
    private long contexts;
    private long tokens;
    private long activations;

    PartBuilder(Path scratch, int latents, long memory) throws IOException {
        log = new ActivationLog(scratch.resolve("activations.log"), (int)
                Math.max(Math.min(LARGEST_BLOCK, memory / BLOCK_SHARE), latents));
        corpus = new CorpusRecorder(scratch.resolve("tokens.log"));
    }

    @Override
    public void add(CodedTokens batch) throws IOException {
        TokenBatch read = batch.tokens();
        corpus.add(read);
        for (int token = 0; token < read.ids().length; token++) {
            int end = batch.end(token);
            int first = (int) batch.offsets()[token];
            log.beginPosition(end - first);
            counted.write(batch.counted()[token] ? 1 : 0);
            if (batch.counted()[token]) {
                tokens++;
                for (int entry = first; entry < end; entry++) {
                    if (ActivationCheck.isStored(batch, entry, token, contexts)) {
                        log.add((int) batch.latents()[entry], batch.values()[entry]);
                        activations++;
                    }
                }
            }
        }
        contexts += read.rows();
    }

    @Override
    public long contexts() {
        return contexts;
    }

    @Override
    public long tokens() {
        return tokens;
    }

    /**
     * Writes the file.
     *
     * @param file a path without a file
     * @param range the contexts of the part
     * @param description the description of the part with the hash of its tokens
     * @param vocabulary the bytes of each token id
     */
    void finish(
            Path file, ContextRange range, Function<String, PartDescription> description, VocabularyBytes vocabulary)
            throws IOException {
        InvalidInputException.require(
                contexts == range.size(), () -> "the text ends after " + contexts + " contexts, expected " + range);
        log.end();
        PartLayout layout = new PartLayout(
                corpus.positions(), activations, corpus.documents(), vocabulary.size(), vocabulary.byteCount());
        String header = Json.mapper()
                .writeValueAsString(description.apply(corpus.hash()).toJson(layout));
        try (IncrementalSafetensors out =
                IncrementalSafetensors.create(file, layout.tensors(), Map.of(FeaturePart.HEADER, header))) {
            corpus.write(out);
            vocabulary.write(out);
            out.write(PartLayout.COUNTED, counted.toByteArray());
            writeActivations(out);
        }
    }

    private void writeActivations(IncrementalSafetensors out) throws IOException {
        long entries = 0;
        for (int i = 0; i < log.blocks(); i++) {
            ActivationLog.Block block = log.read(i);
            int[] active = new int[block.positions()];
            for (int position = 0; position < active.length; position++) {
                active[position] = block.starts()[position + 1] - block.starts()[position];
            }
            out.write(PartLayout.ACTIVE, block.first(), active, 0, active.length);
            out.write(PartLayout.LATENTS, entries, block.latents(), 0, block.entries());
            out.write(PartLayout.ACTIVATIONS, entries, block.values(), 0, block.entries());
            entries += block.entries();
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
        corpus.close();
    }
}
