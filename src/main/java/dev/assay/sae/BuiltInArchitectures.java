package dev.assay.sae;

import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import java.util.function.BiFunction;

/** Providers of the built-in architectures, registered in {@code META-INF/services} like those of other libraries. */
public final class BuiltInArchitectures {
    private BuiltInArchitectures() {}

    /** A provider defined by a name and a reader. */
    private abstract static class BuiltIn implements ArchitectureProvider {
        private final String id;
        private final boolean supportsTranscoders;
        private final BiFunction<JsonObject, Safetensors, Architecture> reader;

        BuiltIn(String id, boolean supportsTranscoders, BiFunction<JsonObject, Safetensors, Architecture> reader) {
            this.id = id;
            this.supportsTranscoders = supportsTranscoders;
            this.reader = reader;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Architecture read(JsonObject cfg, Safetensors weights) {
            return reader.apply(cfg, weights);
        }

        @Override
        public boolean supportsTranscoders() {
            return supportsTranscoders;
        }
    }

    /** Provider of {@link Standard}. */
    public static final class StandardProvider extends BuiltIn {
        /** Creates the provider. */
        public StandardProvider() {
            super(Standard.ID, true, (cfg, weights) -> new Standard());
        }
    }

    /** Provider of {@link Gated}. */
    public static final class GatedProvider extends BuiltIn {
        /** Creates the provider. */
        public GatedProvider() {
            super(Gated.ID, true, (cfg, weights) -> new Gated());
        }
    }

    /** Provider of {@link JumpRelu}. */
    public static final class JumpReluProvider extends BuiltIn {
        /** Creates the provider. */
        public JumpReluProvider() {
            super(JumpRelu.ID, true, (cfg, weights) -> new JumpRelu());
        }
    }

    /** Provider of {@link TopK}. */
    public static final class TopKProvider extends BuiltIn {
        /** Creates the provider. */
        public TopKProvider() {
            super(TopK.ID, true, (cfg, weights) -> TopK.read(cfg));
        }
    }

    /** Provider of {@link BatchTopK}, a form of training checkpoints that does not exist for transcoders. */
    public static final class BatchTopKProvider extends BuiltIn {
        /** Creates the provider. */
        public BatchTopKProvider() {
            super(BatchTopK.ID, false, BatchTopK::read);
        }
    }

    /** Provider of {@link BatchTopK} with nested groups of latents. */
    public static final class MatryoshkaProvider extends BuiltIn {
        /** Creates the provider. */
        public MatryoshkaProvider() {
            super(BatchTopK.MATRYOSHKA_ID, false, BatchTopK::read);
        }
    }
}
