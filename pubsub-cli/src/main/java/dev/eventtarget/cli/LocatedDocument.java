package dev.eventtarget.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An object in JSON or YAML, and the place of each value in the text. */
final class LocatedDocument {
    private final String file;
    private final Map<String, String> places = new HashMap<>();
    private final JsonObject content;

    /**
     * Reads one. It is YAML if its name ends so, or if it does not begin as JSON does.
     *
     * @param file its name, to tell mistakes with
     * @param text what is in it
     * @throws FaultyFileException if it can't be read, or is no object
     */
    LocatedDocument(String file, String text) {
        this.file = file;
        boolean json = !file.matches("(?i).*\\.ya?ml")
                && (text.isBlank() || "{[".indexOf(text.strip().charAt(0)) >= 0);
        JsonFactory factory = json ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw mistake(
                        file + ":1:1", "it must be an object, such as {\"listen\": [\"ws://127.0.0.1:8080/events\"]}");
            }
            content = object(parser, "");
            if (parser.nextToken() != null) {
                throw mistake(here(parser.currentTokenLocation()), "there is something behind the object's end");
            }
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            throw mistake(
                    where == null ? file + ":1:1" : here(where),
                    json
                            ? "this is no JSON: " + withoutTheText(e.getOriginalMessage())
                            : "this is no YAML: " + inShort(e.getOriginalMessage()));
        } catch (IOException e) {
            throw mistake(file + ":1:1", String.valueOf(e.getMessage()));
        }
    }

    /** Without the word that can't be read: it may be a password that should have been in quotes. */
    private static String withoutTheText(String message) {
        return message.startsWith("Unrecognized token")
                ? "a word that is none of JSON's: text is put in quotes"
                : message;
    }

    /** Without the text around the place, which the message has on lines that begin with a space. */
    private static String inShort(String message) {
        String problem = message.lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(", "));
        return problem.startsWith("mapping values")
                ? problem + "; text with a colon at its end, such as \"memory:\", is put in quotes"
                : problem;
    }

    private JsonObject object(JsonParser parser, String path) throws IOException {
        JsonObject object = new JsonObject();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String where = path.isEmpty() ? name : path + "." + name;
            String place = here(parser.currentTokenLocation());
            if (places.putIfAbsent(where, place) != null) {
                throw mistake(place, "'" + name + "' is there twice");
            }
            parser.nextToken();
            object.put(name, value(parser, where));
        }
        return object;
    }

    private JsonArray array(JsonParser parser, String path) throws IOException {
        JsonArray array = new JsonArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String where = path + "[" + array.size() + "]";
            places.put(where, here(parser.currentTokenLocation()));
            array.add(value(parser, where));
        }
        return array;
    }

    private Object value(JsonParser parser, String path) throws IOException {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            // not repeated: it may be a password that begins with a *
            throw mistake(
                    here(parser.currentTokenLocation()),
                    "write the value out: aliases are not followed, and text that begins with * is put in quotes");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> array(parser, path);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_NULL ->
                // by default a hub is open, and a value that was forgotten must not leave it so
                throw mistake(place(path), "'" + path + "' has no value: give it one, or leave it out");
            default -> parser.getText();
        };
    }

    private String here(JsonLocation location) {
        return file + ":" + location.getLineNr() + ":" + location.getColumnNr();
    }

    private static FaultyFileException mistake(String place, String what) {
        return new FaultyFileException(List.of(place + ": " + what));
    }

    /** {@return what it says} */
    JsonObject content() {
        return content;
    }

    /**
     * Where a value is.
     *
     * @param path such as {@code rules[0].peer}
     * @return file, line and column; those of what it is in, where it is not there
     */
    String place(String path) {
        for (String part = path; !part.isEmpty(); part = part.substring(0, parentEnd(part))) {
            String place = places.get(part);
            if (place != null) {
                return place;
            }
        }
        return file + ":1:1";
    }

    private static int parentEnd(String path) {
        return Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')));
    }
}
