package dev.assay.audit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.audit.sample.Pooling;
import dev.assay.text.dialogue.Role;
import org.junit.jupiter.api.Test;

class CsvTableTest {
    @Test
    void fieldsWithCommasAndQuotationMarksAreQuoted() {
        CsvTable table = new CsvTable("name", "effect")
                .row("\"a, b\"", Double.POSITIVE_INFINITY)
                .row("c", 0.5);
        assertEquals("name,effect\n\"\"\"a, b\"\"\",\nc,0.5\n", table.toString());
        assertThrows(IllegalArgumentException.class, () -> table.row("one"));
    }

    @Test
    void namesOfFilesHaveLettersDigitsAndHyphensOnly() {
        assertEquals(
                "contrast-random-features-max-assistant",
                CsvTable.fileName("contrast", "random features", Pooling.max().at(Role.ASSISTANT)));
    }
}
