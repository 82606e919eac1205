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
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A picture for a paper or a notebook. It is laid out in points, 96 to the inch, and painted with {@value #RESOLUTION} pixels to a point
 * unless told otherwise, so that it is sharp in print and on dense screens. No display is needed.
 *
 * <pre>{@code
 * picture.writePng(Path.of("density.png"));
 * picture.resolution(4).writePng(Path.of("poster.png"));
 * }</pre>
 */
public final class Picture implements Displayable {
    /** The pixels to a point, each way, of a picture that nobody changed. */
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
     * Makes a picture of a chart. The chart is painted whenever the picture is asked for, as it is then.
     *
     * @param chart of XChart, with its size in points
     * @param description what is to be seen, for readers who do not see it
     * @return the picture
     */
    public static Picture of(Chart<?, ?> chart, String description) {
        int width = chart.getWidth();
        int height = chart.getHeight();
        return new Picture(width, height, RESOLUTION, description, graphics -> chart.paint(graphics, width, height));
    }

    /**
     * Makes a picture of charts beside and below each other, with one legend for all above them.
     *
     * @param charts at least one, all of one size in points, without legends of their own
     * @param columns how many stand beside each other
     * @param legend what the colours of {@link PictureStyle#series} stand for, in their order; empty for no legend
     * @param description what is to be seen
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
     * Makes a picture of an image, one pixel to a point.
     *
     * @param image any image
     * @param description what is to be seen
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
     * Returns the same picture in another resolution.
     *
     * @param pixels to a point, each way: 1 for a screen of old, up to 16
     * @return a picture of the same size in points
     * @throws InvalidInputException if there is no such resolution
     */
    public Picture resolution(int pixels) {
        if (pixels < 1 || pixels > HIGHEST_RESOLUTION) {
            throw new InvalidInputException(
                    "the resolution is " + pixels + " pixels to a point, expected 1 to " + HIGHEST_RESOLUTION);
        }
        return new Picture(width, height, pixels, description, painter);
    }

    /**
     * Returns what is to be seen.
     *
     * @return plain text
     */
    public String description() {
        return description;
    }

    @Override
    public String toText() {
        return description;
    }

    /**
     * Paints the picture on white.
     *
     * @return a new image of resolution times as many pixels as points
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
     * Writes the picture; an existing file is replaced when the new one is complete. The file says how large a pixel is, so that it is
     * set in the size of the layout.
     *
     * @param file a PNG file; its folder is made when missing
     * @throws IOException if it cannot be written
     */
    public void writePng(Path file) throws IOException {
        AtomicFiles.write(file, out -> PngFile.write(image(), resolution, out));
    }

    /** Renders the picture as an image element with the file in it. */
    @Override
    public String toHtml() {
        try {
            return "<img alt=\"" + Html.escape(description) + "\" width=\"" + width
                    + "\" style=\"max-width:100%;height:auto\"" + " src=\"data:image/png;base64,"
                    + Base64.getEncoder().encodeToString(png()) + "\">";
        } catch (IOException impossible) {
            throw new UncheckedIOException("a picture cannot be packed", impossible);
        }
    }

    private byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PngFile.write(image(), resolution, bytes);
        return bytes.toByteArray();
    }
}
