package dev.assay.feature.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Resources and reusable fragments of HTML pages. */
public final class PageParts {
    private static final String FOLDER = "/dev/assay/feature/page/";

    private PageParts() {}

    /** {@return a text resource of the dashboard page} */
    public static String text(String name) {
        try (InputStream in = PageParts.class.getResourceAsStream(FOLDER + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The style of a page of its own. */
    public static String pageStyle() {
        return ":root {\n" + text("theme.css") + "}\n" + text("card.css") + text("page.css");
    }

    /** Renders a report as one element whose style, nested below its id, touches nothing else. */
    static String fragment(FeatureReport report) {
        String id = "assay-" + UUID.randomUUID();
        return "<div id=\"" + id + "\"><style>#" + id + " {\n" + text("theme.css") + text("fragment.css")
                + text("card.css") + "}</style>" + FeatureCard.of(report, CardOptions.alone(id + "-")) + "</div>";
    }
}
