package dev.assay.serve;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ServedPageTest {
    @Test
    void changesOnlyTheHeadOfThePage() throws IOException {
        String policy = "<meta content=\"default-src 'none'; style-src x\">";
        String page = ServedPage.live(policy + "<header></header><p>" + policy + "</header>");
        assertTrue(page.startsWith(
                "<meta content=\"default-src 'none'; connect-src 'self'; style-src x\"><header></header><style>"));
        assertTrue(page.endsWith("</script><p>" + policy + "</header>"));
    }

    @Test
    void rejectsAPageWithoutAHeader() {
        assertThrows(IllegalStateException.class, () -> ServedPage.live("<p>no head</p>"));
    }
}
