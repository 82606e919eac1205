package dev.assay.feature.study;

import dev.assay.intervene.patch.CausalTree;
import dev.assay.intervene.patch.CausalTree.Node;
import dev.assay.view.Html;
import dev.assay.view.Picture;
import dev.assay.view.PlainText;
import dev.assay.view.Svg;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.CubicCurve2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Drawing of a {@link CausalTree}: one column per layer, the studied feature on the right. The width of a line is the share of the parent's
 * codes that the removal of the cause changes; causes that excite are blue, those that suppress are red. In HTML and SVG each feature links
 * to its page.
 */
public final class CausalTreeDrawing {
    private static final int COLUMN = 250;
    private static final int ROW = 46;
    private static final int BOX_WIDTH = 180;
    private static final int BOX_HEIGHT = 36;
    private static final int MARGIN = 16;
    private static final int TOP = 30;
    private static final double THICKEST = 9;
    private static final int LETTERS = 26;
    private static final Color EXCITES = new Color(0x2166AC);
    private static final Color SUPPRESSES = new Color(0xB2182B);

    private final CausalTree tree;
    private final List<StudiedDictionary> dictionaries;
    private final List<Box> boxes = new ArrayList<>();
    private final Map<Integer, Integer> columns = new HashMap<>();
    private int rows;

    /** A feature with its place. */
    private record Box(Node node, int x, double y, int parent) {}

    /**
     * Lays a tree out.
     *
     * @param tree the tree
     * @param dictionaries the dictionaries that the tree refers to, by index
     */
    public CausalTreeDrawing(CausalTree tree, List<StudiedDictionary> dictionaries) {
        this.tree = tree;
        this.dictionaries = List.copyOf(dictionaries);
        List<Integer> used = new ArrayList<>();
        collect(tree.root(), used);
        List<Integer> sorted = used.stream().distinct().sorted().toList();
        sorted.forEach(dictionary -> columns.put(dictionary, columns.size()));
        place(tree.root(), -1);
    }

    private static void collect(Node node, List<Integer> used) {
        used.add(node.dictionary());
        node.children().forEach(child -> collect(child, used));
    }

    /** Places a node at the middle of its children and returns its row. */
    private double place(Node node, int parent) {
        int index = boxes.size();
        boxes.add(null);
        double y = 0;
        for (Node child : node.children()) {
            y += place(child, index) / node.children().size();
        }
        if (node.children().isEmpty()) {
            y = rows++;
        }
        boxes.set(index, new Box(node, columns.get(node.dictionary()), y, parent));
        return y;
    }

    private int width() {
        return 2 * MARGIN + (columns.size() - 1) * COLUMN + BOX_WIDTH;
    }

    private int height() {
        return TOP + 2 * MARGIN + Math.max(1, rows) * ROW;
    }

    private static double left(Box box) {
        return MARGIN + (double) box.x() * COLUMN;
    }

    private static double top(Box box) {
        return TOP + MARGIN + box.y() * ROW;
    }

    private static double thickness(Node node) {
        return 0.8 + (THICKEST - 0.8) * Math.min(1, node.share());
    }

    private String head(Node node) {
        return node.share() > 0 || node.effect() > 0
                ? String.format(Locale.ROOT, "%d  (%.0f %%)", node.latent(), 100 * node.share())
                : Integer.toString(node.latent());
    }

    private String tokens(Node node) {
        String joined = dictionaries.get(node.dictionary()).tokens(node.latent()).stream()
                .map(token -> PlainText.token(token.strip()))
                .collect(Collectors.joining(" "));
        return joined.length() <= LETTERS ? joined : joined.substring(0, LETTERS - 1) + "…";
    }

    private String description() {
        return "Causes of feature " + tree.root().latent() + " of "
                + tree.root().site() + " in earlier layers, by the effect of their removal";
    }

    /**
     * Returns the drawing as an SVG document. Features link to their pages.
     *
     * @return a document
     */
    public String toSvg() {
        StringBuilder svg = new StringBuilder(Svg.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"system-ui,sans-serif\" font-size=\"12\"><title>",
                width(), height(), width(), height()));
        svg.append(Html.escape(description())).append("</title>\n");
        columns.forEach((dictionary, column) -> svg.append(Svg.format(
                        "<text x=\"%d\" y=\"%d\" fill=\"#666\" font-size=\"11\">", MARGIN + column * COLUMN, 20))
                .append(Html.escape(site(dictionary)))
                .append("</text>\n"));
        for (Box box : boxes) {
            if (box.parent() >= 0) {
                double[] line = line(box);
                svg.append(Svg.format(
                        "<path fill=\"none\" stroke=\"%s\" stroke-opacity=\"0.65\" stroke-width=\"%.1f\""
                                + " d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>%n",
                        box.node().change() <= 0 ? "#2166ac" : "#b2182b",
                        thickness(box.node()),
                        line[0],
                        line[1],
                        line[2],
                        line[1],
                        line[2],
                        line[4],
                        line[3],
                        line[4]));
            }
        }
        for (Box box : boxes) {
            String address =
                    dictionaries.get(box.node().dictionary()).address(box.node().latent());
            svg.append(address.isEmpty() ? "<g>" : "<a href=\"" + Html.escape(address) + "\">");
            svg.append(Svg.format(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"#fff\" stroke=\"#888\"/>",
                    left(box), top(box), BOX_WIDTH, BOX_HEIGHT));
            svg.append(Svg.format("<text x=\"%.1f\" y=\"%.1f\" fill=\"#111\">", left(box) + 8, top(box) + 15))
                    .append(Html.escape(head(box.node())))
                    .append("</text>");
            svg.append(Svg.format(
                            "<text x=\"%.1f\" y=\"%.1f\" fill=\"#555\" font-size=\"11\">",
                            left(box) + 8, top(box) + 29))
                    .append(Html.escape(tokens(box.node())))
                    .append("</text>");
            svg.append(address.isEmpty() ? "</g>\n" : "</a>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    /** Returns x and y of a line from a cause to its parent: start x, start y, middle x, end x, end y. */
    private double[] line(Box box) {
        Box parent = boxes.get(box.parent());
        double start = left(box) + BOX_WIDTH;
        double end = left(parent);
        return new double[] {start, top(box) + BOX_HEIGHT / 2.0, (start + end) / 2, end, top(parent) + BOX_HEIGHT / 2.0
        };
    }

    private String site(int dictionary) {
        return dictionaries.get(dictionary).attached().sites().reads().get(0).name();
    }

    /**
     * Returns the drawing as a picture for papers, without links.
     *
     * @return the picture
     */
    public Picture toPicture() {
        return Picture.drawn(width(), height(), description(), this::paint);
    }

    private void paint(Graphics2D graphics) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        Font small = font.deriveFont(11f);
        graphics.setFont(small);
        graphics.setColor(Color.DARK_GRAY);
        columns.forEach((dictionary, column) -> graphics.drawString(site(dictionary), MARGIN + column * COLUMN, 20));
        for (Box box : boxes) {
            if (box.parent() >= 0) {
                double[] line = line(box);
                graphics.setColor(box.node().change() <= 0 ? EXCITES : SUPPRESSES);
                graphics.setStroke(new BasicStroke((float) thickness(box.node())));
                graphics.draw(new CubicCurve2D.Double(
                        line[0], line[1], line[2], line[1], line[2], line[4], line[3], line[4]));
            }
        }
        graphics.setStroke(new BasicStroke(1));
        for (Box box : boxes) {
            RoundRectangle2D shape = new RoundRectangle2D.Double(left(box), top(box), BOX_WIDTH, BOX_HEIGHT, 10, 10);
            graphics.setColor(Color.WHITE);
            graphics.fill(shape);
            graphics.setColor(Color.GRAY);
            graphics.draw(shape);
            graphics.setColor(Color.BLACK);
            graphics.setFont(font);
            graphics.drawString(head(box.node()), (float) left(box) + 8, (float) top(box) + 15);
            graphics.setFont(small);
            graphics.setColor(Color.DARK_GRAY);
            graphics.drawString(tokens(box.node()), (float) left(box) + 8, (float) top(box) + 29);
        }
    }
}
