package dev.assay.audit.sample;

import ai.djl.ndarray.types.DataType;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.TokenBatch;
import java.util.List;
import java.util.stream.IntStream;

/** Pools the activations of a site. */
final class PooledSite implements PassSource {
    private final String name;
    private final HookPoint point;
    private final int[] columns;
    private final List<DocumentPooler> poolers;

    PooledSite(String name, HookPoint point, int width, List<Pooling> poolings) {
        this.name = name;
        this.point = point;
        this.columns = IntStream.range(0, width).toArray();
        this.poolers = poolings.stream()
                .map(pooling -> new DocumentPooler(pooling, width))
                .toList();
    }

    @Override
    public List<HookPoint> points() {
        return List.of(point);
    }

    @Override
    public void accept(PassBatch batch, TokenBatch contexts, ActivationCache cache) {
        float[] values = cache.get(point).toType(DataType.FLOAT32, false).toFloatArray();
        float[] row = new float[columns.length];
        for (int i = 0; i < batch.rows().size(); i++) {
            PassBatch.Window window = batch.rows().get(i);
            for (int token = 0; token < window.ids().length; token++) {
                System.arraycopy(values, (i * batch.width() + token) * columns.length, row, 0, columns.length);
                for (DocumentPooler pooler : poolers) {
                    if (pooler.pooling().counts(window.roles()[token])) {
                        pooler.token(columns, row, 0, columns.length);
                    }
                }
            }
            if (window.last()) {
                poolers.forEach(DocumentPooler::endDocument);
            }
        }
    }

    @Override
    public AuditSample addTo(AuditSample sample) {
        AuditSample more = sample;
        for (DocumentPooler pooler : poolers) {
            more = pooler.addTo(more, name);
        }
        return more;
    }
}
