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

/** The cards of features in deflated packs of {@link #PACK}. The page's script opens the pack of a requested feature. */
final class PackedFeatures {
    /** The features per pack: few enough to open in milliseconds, enough to compress well. */
    static final int PACK = 32;

    /** Level 9 needs twice the time of level 7 and saves one percent. */
    private static final int LEVEL = 7;

    private final List<byte[]> packs = new ArrayList<>();

    /** Adds the cards of the next latents: a multiple of the pack size unless they are the last. */
    void add(List<String> cards) throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (int first = 0; first < cards.size(); first += PACK) {
            texts.add(Json.mapper().writeValueAsBytes(cards.subList(first, Math.min(first + PACK, cards.size()))));
        }
        packs.addAll(texts.parallelStream().map(PackedFeatures::deflated).toList());
    }

    /** Writes one script element per pack. */
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
