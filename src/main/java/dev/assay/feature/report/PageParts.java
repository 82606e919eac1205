package dev.assay.feature.report;

import dev.assay.view.PageStyle;
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

    /** {@return the style sheet of a whole page} */
    public static String pageStyle() {
        return ":root {\n" + PageStyle.theme() + "}\n" + PageStyle.charts() + text("card.css") + text("page.css");
    }

    /** Renders a report as one element. Its style is nested below its id and applies only to it. */
    static String fragment(FeatureReport report) {
        String id = "assay-" + UUID.randomUUID();
        return "<div id=\"" + id + "\"><style>#" + id + " {\n" + PageStyle.theme() + text("fragment.css")
                + PageStyle.charts() + text("card.css") + "}</style>"
                + FeatureCard.of(report, CardOptions.alone(id + "-")) + "</div>";
    }
}
