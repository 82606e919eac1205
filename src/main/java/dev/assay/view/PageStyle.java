package dev.assay.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The style sheets that all pages share. */
public final class PageStyle {
    private PageStyle() {}

    /** {@return the declarations of colours and fonts, for the root of a page or of a fragment} */
    public static String theme() {
        return text("theme.css") + ChartColours.css();
    }

    /** {@return the rules of SVG charts} */
    public static String charts() {
        return text("chart.css");
    }

    private static String text(String name) {
        try (InputStream in = PageStyle.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
