package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BridgeTest {
    @Test
    void loadsOnce() {
        assertSame(Bridge.get(), Bridge.get());
    }

    @Test
    void reportsWrongResultOfOperation() {
        String wrong = Bridge.source()
                .replace("return torch.embedding(weight, ids)", "return torch.mul(torch.embedding(weight, ids), 2)");
        assertEquals(
                "Assay's native operations compute wrong results: embedding_bag returned [51.0, 62.0], expected [51, 62];"
                        + " embedding returned [10.0, 12.0, 2.0, 4.0], expected [5, 6, 1, 2]",
                refusal(wrong));
    }

    @Test
    void reportsFailedLoading() {
        String unknown = Bridge.source().replace("torch.embedding_bag(", "torch.embedding_sack(");
        String message = refusal(unknown);
        assertTrue(
                message.matches("Assay's native operations do not load in PyTorch .*, expected libtorch 2.7.1: .*"),
                message);
    }

    private static String refusal(String source) {
        return assertThrows(IllegalStateException.class, () -> Bridge.load(source))
                .getMessage();
    }
}
