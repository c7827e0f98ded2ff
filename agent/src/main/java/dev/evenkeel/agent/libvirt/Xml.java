package dev.evenkeel.agent.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The little of XML that libvirt's documents need. Documents come from outside: no DTD, no entity, no access to anything is allowed. */
final class Xml {
    private Xml() {}

    static Element parse(String text) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setNamespaceAware(true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null); // the exception says it all; the default also writes to stderr
            Document document = builder.parse(new InputSource(new StringReader(text)));
            return document.getDocumentElement();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this JDK has no secure XML parser", e);
        } catch (SAXException | IOException e) {
            throw new IllegalArgumentException("not a document of libvirt: " + e.getMessage(), e);
        }
    }

    static String write(Element element) {
        try {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter out = new StringWriter();
            transformer.transform(new DOMSource(element), new StreamResult(out));
            return out.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException("an element could not be written back", e);
        }
    }

    /** Children with this local name, at the end of a path of names separated by slashes. */
    static List<Element> all(Element from, String path) {
        List<Element> level = List.of(from);
        for (String name : path.split("/", -1)) {
            List<Element> next = new ArrayList<>();
            for (Element element : level) {
                for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
                    if (child instanceof Element e && name.equals(e.getLocalName())) {
                        next.add(e);
                    }
                }
            }
            level = next;
        }
        return level;
    }

    static Optional<Element> first(Element from, String path) {
        return all(from, path).stream().findFirst();
    }

    /** Text of the first element at a path. */
    static Optional<String> text(Element from, String path) {
        return first(from, path).map(e -> e.getTextContent().strip());
    }

    /** An attribute of an element; empty when it is not there. */
    static Optional<String> attribute(Element element, String name) {
        return element.hasAttribute(name) ? Optional.of(element.getAttribute(name)) : Optional.empty();
    }

    /** An attribute of the first element at a path. */
    static Optional<String> attribute(Element from, String path, String name) {
        return first(from, path).flatMap(e -> attribute(e, name));
    }
}
