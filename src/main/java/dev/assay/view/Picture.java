package dev.assay.view;

import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A picture for a paper or a notebook. Its layout is in points, 96 per inch. The default of {@value #RESOLUTION} pixels per point is sharp
 * in print and on high-resolution screens. No display is needed.
 *
 * <pre>{@code
 * picture.writePng(Path.of("density.png"));
 * picture.resolution(4).writePng(Path.of("poster.png"));
 * }</pre>
 */
public final class Picture implements Displayable {
    /** The default number of pixels per point in each direction. */
    public static final int RESOLUTION = 2;

    private static final int HIGHEST_RESOLUTION = 16;

    private final int width;
    private final int height;
    private final int resolution;
    private final String description;
    private final Painter painter;

    private Picture(int width, int height, int resolution, String description, Painter painter) {
        this.width = width;
        this.height = height;
        this.resolution = resolution;
        this.description = description;
        this.painter = painter;
    }

    /** Paints in points. */
    private interface Painter {
        void paint(Graphics2D graphics);
    }

    /**
     * Creates a picture of a chart. The chart is painted in its current state each time the picture is rendered.
     *
     * @param chart of XChart, with its size in points
     * @param description a text alternative
     * @return the picture
     */
    public static Picture of(Chart<?, ?> chart, String description) {
        int width = chart.getWidth();
        int height = chart.getHeight();
        return new Picture(width, height, RESOLUTION, description, graphics -> chart.paint(graphics, width, height));
    }

    /**
     * Creates a picture of charts in rows, below one legend for all of them.
     *
     * @param charts at least one, all of the same size in points, without legends
     * @param columns the number of charts per row
     * @param legend the names of the series, in the order of {@link PictureStyle#series}; empty for no legend
     * @param description a text alternative
     * @return the picture
     */
    public static Picture of(List<? extends Chart<?, ?>> charts, int columns, List<String> legend, String description) {
        int width = charts.get(0).getWidth();
        int height = charts.get(0).getHeight();
        int below = (charts.size() + columns - 1) / columns;
        int whole = width * Math.min(columns, charts.size());
        PictureLegend above = new PictureLegend(legend, whole);
        return new Picture(whole, above.height() + height * below, RESOLUTION, description, graphics -> {
            above.paint(graphics);
            for (int i = 0; i < charts.size(); i++) {
                Graphics2D place = (Graphics2D)
                        graphics.create(i % columns * width, above.height() + i / columns * height, width, height);
                charts.get(i).paint(place, width, height);
                place.dispose();
            }
        });
    }

    /**
     * Creates a picture of an image with one pixel per point.
     *
     * @param image any image
     * @param description a text alternative
     * @return the picture
     */
    public static Picture of(BufferedImage image, String description) {
        return new Picture(
                image.getWidth(),
                image.getHeight(),
                1,
                description,
                graphics -> graphics.drawImage(image, 0, 0, image.getWidth(), image.getHeight(), null));
    }

    /**
     * Creates a picture that is painted by its creator each time it is rendered.
     *
     * @param width in points
     * @param height in points
     * @param description a text alternative
     * @param painter paints in points on a white background
     * @return the picture
     */
    public static Picture drawn(int width, int height, String description, Consumer<Graphics2D> painter) {
        return new Picture(width, height, RESOLUTION, description, painter::accept);
    }

    /**
     * Returns the same picture in another resolution.
     *
     * @param pixels per point in each direction, 1 to 16
     * @return a picture of the same size in points
     * @throws InvalidInputException if the resolution is out of range
     */
    public Picture resolution(int pixels) {
        if (pixels < 1 || pixels > HIGHEST_RESOLUTION) {
            throw new InvalidInputException(
                    "the resolution is " + pixels + " pixels per point, expected 1 to " + HIGHEST_RESOLUTION);
        }
        return new Picture(width, height, pixels, description, painter);
    }

    /**
     * Returns the text alternative.
     *
     * @return plain text
     */
    public String description() {
        return description;
    }

    @Override
    public String toString() {
        return description;
    }

    /**
     * Paints the picture on a white background.
     *
     * @return a new image with resolution times as many pixels as points in each direction
     */
    public BufferedImage image() {
        BufferedImage image = new BufferedImage(width * resolution, height * resolution, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.scale(resolution, resolution);
        painter.paint(graphics);
        graphics.dispose();
        return image;
    }

    /**
     * Writes the picture atomically; an existing file is replaced. The file states the size of a pixel, so that other programs show it in
     * the size of its layout.
     *
     * @param file a PNG file; its folder is created if missing
     * @throws IOException if it cannot be written
     */
    public void writePng(Path file) throws IOException {
        AtomicFiles.write(file, out -> PngFile.write(image(), resolution, out));
    }

    /**
     * Writes the picture as vector graphics, atomically; an existing file is replaced. Texts are written as outlines, so that the file needs
     * no fonts.
     *
     * @param file an SVG file; its folder is created if missing
     * @throws IOException if it cannot be written
     */
    public void writeSvg(Path file) throws IOException {
        SvgDocument document = new SvgDocument(width, height, description);
        painter.paint(document.graphics());
        AtomicFiles.writeString(file, document.text());
    }

    /** Renders the picture as an image element with an embedded PNG file. */
    @Override
    public String toHtml() {
        try {
            return "<img alt=\"" + Html.escape(description) + "\" width=\"" + width
                    + "\" style=\"max-width:100%;height:auto\"" + " src=\"data:image/png;base64,"
                    + Base64.getEncoder().encodeToString(png()) + "\">";
        } catch (IOException impossible) {
            throw new UncheckedIOException("a picture cannot be encoded", impossible);
        }
    }

    private byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PngFile.write(image(), resolution, bytes);
        return bytes.toByteArray();
    }
}
