package dev.assay.view;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.awt.geom.Point2D;
import java.awt.image.BufferedImage;
import java.awt.image.BufferedImageOp;
import java.awt.image.ImageObserver;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * Records painting as SVG paths. Text becomes the outlines of its glyphs, so that the file looks the same without fonts.
 */
final class SvgGraphics extends DrawingState {
    private final Drawing drawing;
    private Paint paint = Color.BLACK;

    /** The elements so far; shared by all contexts of a picture. */
    private static final class Drawing {
        private final StringBuilder elements = new StringBuilder();
        private final StringBuilder definitions = new StringBuilder();
        private String lastClip = "";
        private int numberOfClips;
        private int numberOfGradients;

        /** Defines a gradient and returns a reference to it. */
        String gradient(LinearGradientPaint paint, AffineTransform transform) {
            Point2D start = transform.transform(paint.getStartPoint(), null);
            Point2D end = transform.transform(paint.getEndPoint(), null);
            definitions.append(Svg.format(
                    "<linearGradient id=\"gradient%d\" gradientUnits=\"userSpaceOnUse\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\">",
                    ++numberOfGradients, start.getX(), start.getY(), end.getX(), end.getY()));
            for (int i = 0; i < paint.getColors().length; i++) {
                definitions.append(Svg.format(
                        "<stop offset=\"%.4f\" stop-color=\"#%06x\"/>",
                        paint.getFractions()[i], paint.getColors()[i].getRGB() & 0xFFFFFF));
            }
            definitions.append("</linearGradient>\n");
            return Svg.format(" fill=\"url(#gradient%d)\"", numberOfGradients);
        }

        String clip(Shape shape) {
            String path = path(shape);
            if (!path.equals(lastClip)) {
                lastClip = path;
                definitions.append(
                        Svg.format("<clipPath id=\"clip%d\"><path d=\"%s\"/></clipPath>\n", ++numberOfClips, path));
            }
            return Svg.format(" clip-path=\"url(#clip%d)\"", numberOfClips);
        }
    }

    /** Creates a context without a clip, with the identity transform. */
    SvgGraphics() {
        this(new Drawing(), new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB).createGraphics(), null);
        state.setColor(Color.BLACK);
    }

    private SvgGraphics(Drawing drawing, Graphics2D state, Shape clip) {
        super(state, clip);
        this.drawing = drawing;
    }

    /**
     * Returns the picture painted so far.
     *
     * @param width in points
     * @param height in points
     * @param description a text alternative
     */
    String svg(int width, int height, String description) {
        return Svg.format(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%d\" height=\"%d\""
                                + " viewBox=\"0 0 %d %d\" role=\"img\">\n",
                        width, height, width, height)
                + "<title>" + Html.escape(description) + "</title>\n"
                + "<defs>\n" + drawing.definitions + "</defs>\n"
                + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
                + drawing.elements + "</svg>\n";
    }

    private static String path(Shape shape) {
        StringBuilder path = new StringBuilder();
        double[] points = new double[6];
        for (PathIterator iterator = shape.getPathIterator(null); !iterator.isDone(); iterator.next()) {
            int kind = iterator.currentSegment(points);
            switch (kind) {
                case PathIterator.SEG_MOVETO -> append(path, 'M', points, 2);
                case PathIterator.SEG_LINETO -> append(path, 'L', points, 2);
                case PathIterator.SEG_QUADTO -> append(path, 'Q', points, 4);
                case PathIterator.SEG_CUBICTO -> append(path, 'C', points, 6);
                default -> path.append('Z');
            }
        }
        return path.toString();
    }

    private static void append(StringBuilder path, char command, double[] points, int count) {
        path.append(command);
        for (int i = 0; i < count; i++) {
            path.append(i == 0 ? "" : " ").append(number(points[i]));
        }
    }

    /** At most two decimals. */
    private static String number(double value) {
        String text = Svg.format("%.2f", value);
        text = text.replaceAll("\\.?0+$", "");
        return text.equals("-0") || text.isEmpty() ? "0" : text;
    }

    private String colour(String attribute) {
        Color colour = state.getColor();
        double opacity = colour.getAlpha() / 255.0;
        if (state.getComposite() instanceof AlphaComposite composite) {
            opacity *= composite.getAlpha();
        }
        return Svg.format(" %s=\"#%06x\"", attribute, colour.getRGB() & 0xFFFFFF)
                + (opacity < 1 ? Svg.format(" %s-opacity=\"%.3f\"", attribute, opacity) : "");
    }

    private String filling() {
        return paint instanceof LinearGradientPaint gradient
                ? drawing.gradient(gradient, state.getTransform())
                : colour("fill");
    }

    private String clipped() {
        return pictureClip() == null ? "" : drawing.clip(pictureClip());
    }

    @Override
    public void fill(Shape shape) {
        String path = path(state.getTransform().createTransformedShape(shape));
        if (!path.isEmpty()) {
            drawing.elements
                    .append("<path d=\"")
                    .append(path)
                    .append('"')
                    .append(filling())
                    .append(clipped())
                    .append("/>\n");
        }
    }

    @Override
    public void draw(Shape shape) {
        if (!(state.getStroke() instanceof BasicStroke stroke)) {
            fill(state.getStroke().createStrokedShape(shape));
            return;
        }
        String path = path(state.getTransform().createTransformedShape(shape));
        double scale = Math.sqrt(Math.abs(state.getTransform().getDeterminant()));
        StringBuilder element = drawing.elements;
        element.append("<path d=\"").append(path).append("\" fill=\"none\"").append(colour("stroke"));
        element.append(" stroke-width=\"")
                .append(number(stroke.getLineWidth() * scale))
                .append('"');
        element.append(stroke.getEndCap() == BasicStroke.CAP_ROUND ? " stroke-linecap=\"round\"" : "");
        element.append(stroke.getLineJoin() == BasicStroke.JOIN_ROUND ? " stroke-linejoin=\"round\"" : "");
        if (stroke.getDashArray() != null) {
            element.append(" stroke-dasharray=\"");
            for (float length : stroke.getDashArray()) {
                element.append(number(length * scale)).append(' ');
            }
            element.append('"');
        }
        element.append(clipped()).append("/>\n");
    }

    @Override
    public void setPaint(Paint next) {
        if (next == null) {
            return;
        }
        if (!(next instanceof Color) && !(next instanceof LinearGradientPaint)) {
            throw new UnsupportedOperationException("only plain colours and linear gradients can be written as SVG");
        }
        paint = next;
        if (next instanceof Color colour) {
            super.setColor(colour);
        }
    }

    @Override
    public Paint getPaint() {
        return paint;
    }

    @Override
    public void setColor(Color colour) {
        setPaint(colour);
    }

    @Override
    public boolean drawImage(Image image, AffineTransform placed, ImageObserver observer) {
        if (!(image instanceof RenderedImage rendered)) {
            throw new UnsupportedOperationException("only rendered images can be written as SVG");
        }
        AffineTransform all = new AffineTransform(state.getTransform());
        all.concatenate(placed);
        try {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(rendered, "png", png);
            drawing.elements.append(Svg.format(
                    "<image width=\"%d\" height=\"%d\" transform=\"matrix(%f %f %f %f %f %f)\"%s xlink:href=\"data:image/png;base64,",
                    rendered.getWidth(),
                    rendered.getHeight(),
                    all.getScaleX(),
                    all.getShearY(),
                    all.getShearX(),
                    all.getScaleY(),
                    all.getTranslateX(),
                    all.getTranslateY(),
                    clipped()));
            drawing.elements
                    .append(Base64.getEncoder().encodeToString(png.toByteArray()))
                    .append("\"/>\n");
        } catch (IOException impossible) {
            throw new UncheckedIOException("an image cannot be encoded", impossible);
        }
        return true;
    }

    @Override
    public boolean drawImage(Image image, int x, int y, ImageObserver observer) {
        return drawImage(image, AffineTransform.getTranslateInstance(x, y), observer);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, int width, int height, ImageObserver observer) {
        AffineTransform placed = AffineTransform.getTranslateInstance(x, y);
        placed.scale((double) width / image.getWidth(null), (double) height / image.getHeight(null));
        return drawImage(image, placed, observer);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, Color background, ImageObserver observer) {
        return drawImage(image, x, y, observer);
    }

    @Override
    public boolean drawImage(
            Image image, int x, int y, int width, int height, Color background, ImageObserver observer) {
        return drawImage(image, x, y, width, height, observer);
    }

    @Override
    public boolean drawImage(
            Image image,
            int dx1,
            int dy1,
            int dx2,
            int dy2,
            int sx1,
            int sy1,
            int sx2,
            int sy2,
            ImageObserver observer) {
        throw new UnsupportedOperationException("parts of images cannot be written as SVG");
    }

    @Override
    public boolean drawImage(
            Image image,
            int dx1,
            int dy1,
            int dx2,
            int dy2,
            int sx1,
            int sy1,
            int sx2,
            int sy2,
            Color background,
            ImageObserver observer) {
        return drawImage(image, dx1, dy1, dx2, dy2, sx1, sy1, sx2, sy2, observer);
    }

    @Override
    public void drawImage(BufferedImage image, BufferedImageOp filter, int x, int y) {
        drawImage(filter.filter(image, null), x, y, null);
    }

    @Override
    public Graphics create() {
        SvgGraphics copy = new SvgGraphics(drawing, (Graphics2D) state.create(), pictureClip());
        copy.paint = paint;
        return copy;
    }
}
