package dev.assay.feature.page;

import dev.assay.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.Deflater;

/** The cards of features in packs of {@link #PACK}, deflated, of which the page's script opens one when a reader asks for it. */
final class PackedFeatures {
    /** Small enough to open in some milliseconds, large enough to compress well. */
    static final int PACK = 32;

    /** Level 9 takes twice the time of 7 and saves a hundredth. */
    private static final int LEVEL = 7;

    private final List<byte[]> packs = new ArrayList<>();

    /** Adds the cards of the next latents: whole packs, unless they are the last. */
    void add(List<String> cards) throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (int first = 0; first < cards.size(); first += PACK) {
            texts.add(Json.mapper().writeValueAsBytes(cards.subList(first, Math.min(first + PACK, cards.size()))));
        }
        packs.addAll(texts.parallelStream().map(PackedFeatures::deflated).toList());
    }

    /** Writes a script element a pack. */
    void write(Writer out) throws IOException {
        for (int i = 0; i < packs.size(); i++) {
            out.write("\n<script type=\"text/plain\" id=\"pack-" + i + "\">");
            out.write(new String(Base64.getEncoder().encode(packs.get(i)), StandardCharsets.ISO_8859_1));
            out.write("</script>");
        }
    }

    private static byte[] deflated(byte[] text) {
        Deflater deflater = new Deflater(LEVEL);
        try {
            deflater.setInput(text);
            deflater.finish();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] piece = new byte[1 << 16];
            while (!deflater.finished()) {
                bytes.write(piece, 0, deflater.deflate(piece));
            }
            return bytes.toByteArray();
        } finally {
            deflater.end();
        }
    }
}
