package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class VisibleSignsTest {
    @Test
    void tokensWithoutGlyphsAreShownBySigns() {
        assertEquals("∅", PlainText.token(""));
        assertEquals("·", PlainText.token(" "));
        assertEquals("↵↵", PlainText.token("\n\n"));
        assertEquals("·↵", PlainText.token(" \n"));
        assertEquals("U+200D", PlainText.token("\u200D"));
        assertEquals("U+FE0F", PlainText.token("\uFE0F"));
        assertEquals("U+00A0U+3000", PlainText.token("\u00A0\u3000"));
        assertEquals("<s>U+FEFF</s>", Html.tokenInText("\uFEFF"));
        assertEquals("<s>·</s><s>·</s>", Html.tokenInText("  "));
        assertEquals("<s>∅</s>", Html.tokenInText(""));
    }

    @Test
    void visibleTokensKeepTheirCharacters() {
        assertEquals(" the", PlainText.token(" the"));
        assertEquals("🧑\u200D🚀", PlainText.token("🧑\u200D🚀"));
        assertEquals(" the", Html.tokenInText(" the"));
        assertEquals("❤\uFE0F", Html.tokenInText("❤\uFE0F"));
    }

    @Test
    void controlCharactersAreNeverPrinted() {
        assertEquals("a␀b␛[31m␡U+0085", PlainText.visible("a\0b\u001b[31m\u007F\u0085"));
        assertEquals("aU+202Eb", PlainText.visible("a\u202Eb"));
        assertEquals("a<s>␀</s>b", Html.running("a\0b"));
        assertEquals("a␀b", Html.escape("a\0b"));
    }

    @Test
    void peaksWithoutGlyphsAreMarkedInContext() {
        assertEquals("  a[·]b", TextColumns.inContext(List.of("a", " ", "b"), 1, 3, 3));
        assertEquals(" 東[∅]京", TextColumns.inContext(List.of("東", "", "京", ""), 1, 2, 3));
        assertEquals("a↵[b]·c", TextColumns.inContext(List.of("a", "\n", "b", " ", "c"), 2, 2, 2));
    }
}
