package dev.assay.explain.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import dev.assay.ChildJvm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sentence encoder and exported models share the ONNX runtime of a process. */
@Tag("slow")
class EmbedderWithOnnxModelTest {
    /** Loads the encoder first, then the engine of exported models. */
    static final class EncoderFirst {
        private EncoderFirst() {}

        public static void main(String[] arguments) {
            int numbers = new MiniLmEmbedder().embed("a text").length;
            System.out.print(numbers + " " + Engine.getEngine("OnnxRuntime").getEngineName());
        }
    }

    @Test
    @Timeout(60)
    void exportedModelsLoadAfterTheEncoder() throws Exception {
        Process process = ChildJvm.of(EncoderFirst.class)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertEquals("384 OnnxRuntime", printed.strip());
    }
}
