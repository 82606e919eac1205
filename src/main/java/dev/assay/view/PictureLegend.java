package dev.assay.view;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.List;

/** The legend above a picture: the names of series with their colours, in rows. */
final class PictureLegend {
    private static final Font FONT = PictureStyle.font(Font.PLAIN, 12);
    private static final int MARGIN = 14;
    private static final int ROW = 20;
    private static final int LINE = 18;
    private static final int GAP = 7;
    private static final int BETWEEN = 22;

    private final List<Entry> entries = new ArrayList<>();
    private final int height;

    private record Entry(String name, int x, int y) {}

    /** Arranges names in rows of a width in points. */
    PictureLegend(List<String> names, int width) {
        FontRenderContext context = new FontRenderContext(null, true, true);
        int x = MARGIN;
        int y = MARGIN;
        for (String name : names) {
            int length = LINE
                    + GAP
                    + (int) Math.ceil(FONT.getStringBounds(name, context).getWidth());
            if (x > MARGIN && x + length > width - MARGIN) {
                x = MARGIN;
                y += ROW;
            }
            entries.add(new Entry(name, x, y));
            x += length + BETWEEN;
        }
        height = names.isEmpty() ? 0 : y + ROW;
    }

    /** {@return the height in points, 0 without names} */
    int height() {
        return height;
    }

    void paint(Graphics2D graphics) {
        graphics.setFont(FONT);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            graphics.setColor(PictureStyle.series(i));
            graphics.setStroke(PictureStyle.stroke(i, 2.5f));
            graphics.drawLine(entry.x(), entry.y() + ROW / 2 - 4, entry.x() + LINE, entry.y() + ROW / 2 - 4);
            graphics.setColor(PictureStyle.INK);
            graphics.drawString(entry.name(), entry.x() + LINE + GAP, entry.y() + ROW / 2);
        }
    }
}
