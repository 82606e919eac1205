package dev.assay.view;

import java.util.Locale;

/** Colours behind tokens and numbers that are readable on light and on dark pages. */
public final class Shading {
    private static final String ACTIVE = "242,140,40";
    private static final String ABOVE = "214,69,65";
    private static final String BELOW = "52,120,200";
    /** Below this share a background could not be seen. */
    private static final double FAINTEST = 0.01;

    private Shading() {}

    /**
     * Shades a token by an activation.
     *
     * @param token its text
     * @param activation at most 0 for no shade
     * @param maximum the activation with the strongest shade
     * @return HTML
     */
    public static String activation(String token, double activation, double maximum) {
        if (!(activation > 0)) {
            return Html.tokenInText(token);
        }
        long percent = Math.max(8, Math.min(100, Math.round(100 * activation / maximum)));
        return "<b style=\"background:rgba(" + ACTIVE + "," + percent * 0.0075 + ")\" title=\""
                + Html.number(activation) + "\">" + Html.tokenInText(token) + "</b>";
    }

    /**
     * Shades a token by a number that may be negative.
     *
     * @param token its text
     * @param share the number as a share of the largest size, −1 to 1
     * @param title plain text that is shown when the pointer is over the token
     * @return HTML
     */
    public static String signed(String token, double share, String title) {
        String background = signed(share);
        return "<span" + (background.isEmpty() ? "" : " style=\"" + background + '"') + " title=\"" + Html.escape(title)
                + "\">" + Html.tokenInText(token) + "</span>";
    }

    /** The declaration of a background: red above 0, blue below, empty close to 0. */
    static String signed(double share) {
        double strength = Math.min(1, Math.abs(share));
        if (!(strength >= FAINTEST)) {
            return "";
        }
        return String.format(Locale.ROOT, "background:rgba(%s,%.2f)", share > 0 ? ABOVE : BELOW, 0.55 * strength);
    }
}
