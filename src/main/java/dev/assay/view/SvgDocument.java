package dev.assay.view;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.image.RenderedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.DefaultExtensionHandler;
import org.apache.batik.svggen.ImageHandlerBase64Encoder;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.apache.batik.svggen.SVGPaintDescriptor;
import org.apache.batik.svggen.SVGSyntax;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** A picture as an SVG file, written by Batik. Texts are outlines, so that the file needs no fonts. */
final class SvgDocument {
    private final SVGGraphics2D graphics;
    private final String description;

    /**
     * Creates a document with a white background.
     *
     * @param width in points
     * @param height in points
     * @param description a text alternative
     */
    SvgDocument(int width, int height, String description) {
        this.description = description;
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(emptyDocument());
        context.setComment(null); // Batik's own has no use for readers
        context.setImageHandler(new EmbeddedImages());
        context.setExtensionHandler(new LinearGradients());
        graphics = new SVGGraphics2D(context, true);
        graphics.setSVGCanvasSize(new Dimension(width, height));
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.BLACK);
    }

    private static Document emptyDocument() {
        try {
            return DocumentBuilderFactory.newNSInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVGSyntax.SVG_NAMESPACE_URI, SVGSyntax.SVG_SVG_TAG, null);
        } catch (ParserConfigurationException impossible) {
            throw new IllegalStateException("the JDK has no XML parser", impossible);
        }
    }

    /** {@return the context to paint in, in points} */
    Graphics2D graphics() {
        return graphics;
    }

    /** {@return the file; can be called once, because Batik moves the painted elements into the result} */
    String text() {
        Element root = graphics.getRoot();
        root.setAttribute("viewBox", "0 0 " + root.getAttribute("width") + " " + root.getAttribute("height"));
        root.setAttribute("role", "img");
        Element title = root.getOwnerDocument().createElementNS(SVGSyntax.SVG_NAMESPACE_URI, SVGSyntax.SVG_TITLE_TAG);
        title.setTextContent(description);
        root.insertBefore(title, root.getFirstChild());
        StringWriter text = new StringWriter();
        try {
            TransformerFactory.newInstance().newTransformer().transform(new DOMSource(root), new StreamResult(text));
        } catch (TransformerException failure) {
            throw new IllegalStateException("the picture cannot be written as XML", failure);
        }
        return text.toString();
    }

    /** Embeds images as PNG files, written by the JDK instead of Batik's own codecs. */
    private static final class EmbeddedImages extends ImageHandlerBase64Encoder {
        @Override
        public void encodeImage(RenderedImage image, OutputStream out) throws SVGGraphics2DIOException {
            try {
                ImageIO.write(image, "png", out);
            } catch (IOException failure) {
                throw new SVGGraphics2DIOException(failure.getMessage(), failure);
            }
        }
    }

    /** Java's linear gradients, which colour scales use; Batik writes gradients of two colours only. */
    private static final class LinearGradients extends DefaultExtensionHandler {
        @Override
        public SVGPaintDescriptor handlePaint(Paint paint, SVGGeneratorContext context) {
            if (!(paint instanceof LinearGradientPaint gradient)) {
                return super.handlePaint(paint, context);
            }
            Element element = context.getDOMFactory()
                    .createElementNS(SVGSyntax.SVG_NAMESPACE_URI, SVGSyntax.SVG_LINEAR_GRADIENT_TAG);
            String id = context.getIDGenerator().generateID(SVGSyntax.ID_PREFIX_LINEAR_GRADIENT);
            element.setAttribute(SVGSyntax.SVG_ID_ATTRIBUTE, id);
            element.setAttribute(SVGSyntax.SVG_GRADIENT_UNITS_ATTRIBUTE, SVGSyntax.SVG_USER_SPACE_ON_USE_VALUE);
            element.setAttribute("x1", String.valueOf(gradient.getStartPoint().getX()));
            element.setAttribute("y1", String.valueOf(gradient.getStartPoint().getY()));
            element.setAttribute("x2", String.valueOf(gradient.getEndPoint().getX()));
            element.setAttribute("y2", String.valueOf(gradient.getEndPoint().getY()));
            for (int i = 0; i < gradient.getColors().length; i++) {
                Element stop =
                        context.getDOMFactory().createElementNS(SVGSyntax.SVG_NAMESPACE_URI, SVGSyntax.SVG_STOP_TAG);
                stop.setAttribute(SVGSyntax.SVG_OFFSET_ATTRIBUTE, String.valueOf(gradient.getFractions()[i]));
                stop.setAttribute(
                        SVGSyntax.SVG_STOP_COLOR_ATTRIBUTE,
                        String.format(Locale.ROOT, "#%06x", gradient.getColors()[i].getRGB() & 0xFFFFFF));
                element.appendChild(stop);
            }
            return new SVGPaintDescriptor("url(#" + id + ")", "1", element);
        }
    }
}
