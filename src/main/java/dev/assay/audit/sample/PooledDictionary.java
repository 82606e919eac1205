package dev.assay.audit.sample;

import ai.djl.ndarray.NDArray;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.TokenMask;
import dev.assay.feature.store.FeatureStoreWriter;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Pools the codes of a dictionary, and adds them to a feature store if there is one. */
final class PooledDictionary implements PassSource {
    private final String name;
    private final Dictionary dictionary;
    private final AttachedSites sites;
    private final TokenMask pooled;
    private final TokenMask counted;
    private final List<DocumentPooler> poolers;
    private final List<FeatureStoreWriter> stores; // none or one
    private final boolean reconstructs;
    private final long[] active;
    private final double[] sums;
    private final VarianceSums variance;
    private long tokens;

    PooledDictionary(
            String name,
            Dictionary dictionary,
            AttachedSites sites,
            List<Pooling> poolings,
            List<FeatureStoreWriter> stores,
            boolean reconstructs) {
        this.name = name;
        this.dictionary = dictionary;
        this.sites = sites;
        this.pooled = TokenMask.of(sites.model(), dictionary.metadata());
        this.counted = TokenMask.withoutSpecial(sites.model().tokenizer(), dictionary.metadata());
        this.poolers = poolings.stream()
                .map(pooling -> new DocumentPooler(pooling, dictionary.dSae()))
                .toList();
        this.stores = stores;
        this.reconstructs = reconstructs && !dictionary.transcodes();
        this.active = new long[dictionary.dSae()];
        this.sums = new double[dictionary.dSae()];
        this.variance = new VarianceSums(dictionary.dIn());
    }

    @Override
    public List<HookPoint> points() {
        return sites.reads();
    }

    @Override
    public void accept(PassBatch batch, TokenBatch contexts, ActivationCache cache) throws IOException {
        NDArray input = sites.input(cache);
        SparseCodes codes = dictionary.encode(input);
        long[] offsets = codes.offsets().toLongArray();
        int[] latents = Arrays.stream(codes.indices().toLongArray())
                .mapToInt(Math::toIntExact)
                .toArray();
        float[] values = codes.values().toFloatArray();
        boolean[] pools = pooled.includes(contexts, sites, cache);
        boolean[] counts = counted.includes(contexts, sites, cache);
        for (int token = 0; token < counts.length; token++) {
            counts[token] &= batch.real(token);
        }
        for (int row = 0; row < batch.rows().size(); row++) {
            PassBatch.Window window = batch.rows().get(row);
            for (int i = 0; i < window.ids().length; i++) {
                int token = row * batch.width() + i;
                int start = (int) offsets[token];
                int end = token + 1 < offsets.length ? (int) offsets[token + 1] : values.length;
                for (DocumentPooler pooler : poolers) {
                    if (pools[token] && pooler.pooling().counts(window.roles()[i])) {
                        pooler.token(latents, values, start, end);
                    }
                }
                if (counts[token]) {
                    count(latents, values, start, end);
                }
            }
            if (window.last()) {
                poolers.forEach(DocumentPooler::endDocument);
            }
        }
        for (FeatureStoreWriter store : stores) {
            store.add(contexts, counts, codes);
        }
        if (reconstructs) {
            variance.add(input, dictionary.reconstruct(input), counts);
        }
    }

    private void count(int[] latents, float[] values, int start, int end) {
        tokens++;
        for (int i = start; i < end; i++) {
            if (values[i] != 0) {
                active[latents[i]]++;
                sums[latents[i]] += values[i];
            }
        }
    }

    @Override
    public AuditSample addTo(AuditSample sample) {
        SourceStatistics statistics = new SourceStatistics(
                tokens,
                active,
                sums,
                reconstructs ? variance.squaredError() : Double.NaN,
                reconstructs ? variance.centredSquares() : Double.NaN);
        AuditSample more = sample.with(name, statistics);
        for (DocumentPooler pooler : poolers) {
            more = pooler.addTo(more, name);
        }
        return more;
    }
}
