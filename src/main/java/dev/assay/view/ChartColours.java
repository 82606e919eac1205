package dev.assay.view;

import java.awt.Color;
import java.util.List;

/**
 * The colours of charts, shared by pages and pictures. The first series have the colours of Okabe and Ito ("Color universal design", 2008) and
 * a grey, which readers with colour vision deficiencies can tell apart; five darker colours follow, of which lines are dashed. Dark pages
 * have lighter variants.
 */
final class ChartColours {
    static final Shade INK = new Shade("ink", 0x1c1e22, 0xe8e6e1);
    static final Shade SOFT = new Shade("soft", 0x62656b, 0xa0a3aa);
    static final Shade FAINT = new Shade("faint", 0xa9aaa8, 0x63666d);
    static final Shade LINE = new Shade("line", 0xe3e1da, 0x2d3036);

    static final List<Shade> SERIES = List.of(
            new Shade("c1", 0x0072b2, 0x5ab4ea),
            new Shade("c2", 0xd55e00, 0xf58b45),
            new Shade("c3", 0x009e73, 0x3fcfa5),
            new Shade("c4", 0xcc79a7, 0xe6a3c7),
            new Shade("c5", 0xe69f00, 0xf2c14e),
            new Shade("c6", 0x56b4e9, 0x9ad7fa),
            new Shade("c7", 0x5a5e66, 0xa6aab2),
            new Shade("c8", 0x882255, 0xc95f95),
            new Shade("c9", 0x332288, 0x9a8cf0),
            new Shade("c10", 0x999933, 0xc9c95a),
            new Shade("c11", 0x6b3d1e, 0xb98a66),
            new Shade("c12", 0x000000, 0xffffff));

    /** The number of the first series with solid lines. Lines of the others are dashed, since their colours are less distinct. */
    static final int SOLID = 7;

    private ChartColours() {}

    /**
     * A colour of the theme.
     *
     * @param name of its CSS variable
     * @param light RGB on a light page and in pictures
     * @param dark RGB on a dark page
     */
    record Shade(String name, int light, int dark) {
        Color color() {
            return new Color(light);
        }

        private String css() {
            return Svg.format("  --%s: light-dark(#%06x, #%06x);\n", name, light, dark);
        }
    }

    /** Declares the CSS variables. */
    static String css() {
        StringBuilder css = new StringBuilder();
        List.of(INK, SOFT, FAINT, LINE).forEach(shade -> css.append(shade.css()));
        SERIES.forEach(shade -> css.append(shade.css()));
        return css.toString();
    }
}
