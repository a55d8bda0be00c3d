<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>Adding</name>
    <message numerus="yes">
        <source>Added %Ln folder(s).</source>
        <translation>
            <numerusform>Added %Ln folder.</numerusform>
            <numerusform>Added %Ln folders.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them is already in the library.</source>
        <translation>
            <numerusform>%Ln of them is already in the library.</numerusform>
            <numerusform>%Ln of them are already in the library.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped:</source>
        <translation>
            <numerusform>%Ln skipped:</numerusform>
            <numerusform>%Ln skipped:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s)</source>
        <translation>
            <numerusform>%Ln folder</numerusform>
            <numerusform>%Ln folders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln folder(s) or photo(s)</source>
        <translation>
            <numerusform>Add %Ln folder or photo</numerusform>
            <numerusform>Add %Ln folders or photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln could not be read</source>
        <translation>
            <numerusform>%Ln could not be read</numerusform>
            <numerusform>%Ln could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other file(s) skipped</source>
        <translation>
            <numerusform>%Ln other file skipped</numerusform>
            <numerusform>%Ln other files skipped</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation>
            <numerusform>Improve labels (%Ln correction)</numerusform>
            <numerusform>Improve labels (%Ln corrections)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Correcting</name>
    <message numerus="yes">
        <source>“{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>“{label}” on %Ln photo</numerusform>
            <numerusform>“{label}” on %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>Not “{label}” on %Ln photo</numerusform>
            <numerusform>Not “{label}” on %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing said about “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>Nothing said about “{label}” on %Ln photo</numerusform>
            <numerusform>Nothing said about “{label}” on %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>New label “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>New label “{label}” on %Ln photo</numerusform>
            <numerusform>New label “{label}” on %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %Ln suggestion(s)</source>
        <translation>
            <numerusform>Accept %Ln suggestion</numerusform>
            <numerusform>Accept %Ln suggestions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %Ln suggestion(s)</source>
        <translation>
            <numerusform>Reject %Ln suggestion</numerusform>
            <numerusform>Reject %Ln suggestions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileActs</name>
    <message numerus="yes">
        <source>Copied %Ln path(s).</source>
        <translation>
            <numerusform>Copied %Ln path.</numerusform>
            <numerusform>Copied %Ln paths.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash?</source>
        <translation>
            <numerusform>Move %Ln photo to the trash?</numerusform>
            <numerusform>Move %Ln photos to the trash?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash</source>
        <translation>
            <numerusform>Move %Ln photo to the trash</numerusform>
            <numerusform>Move %Ln photos to the trash</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %Ln photo(s) to the trash.</source>
        <translation>
            <numerusform>Moved %Ln photo to the trash.</numerusform>
            <numerusform>Moved %Ln photos to the trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Copied %Ln photo(s) to “{folder}”.</source>
        <translation>
            <numerusform>Copied %Ln photo to “{folder}”.</numerusform>
            <numerusform>Copied %Ln photos to “{folder}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s)</source>
        <translation>
            <numerusform>%Ln label</numerusform>
            <numerusform>%Ln labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s)</source>
        <translation>
            <numerusform>%Ln correction</numerusform>
            <numerusform>%Ln corrections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s) are about photos that are not in the library.</source>
        <translation>
            <numerusform>%Ln correction are about photos that are not in the library.</numerusform>
            <numerusform>%Ln corrections are about photos that are not in the library.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FirstLabels</name>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation>
            <numerusform>Add %Ln label</numerusform>
            <numerusform>Add %Ln labels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation>
            <numerusform>Improve labels (%Ln correction)</numerusform>
            <numerusform>Improve labels (%Ln corrections)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only the first %Ln photo(s) were looked at; a label that you add goes on all.</source>
        <translation>
            <numerusform>Only the first %Ln photo was looked at; a label that you add goes on all.</numerusform>
            <numerusform>Only the first %Ln photos were looked at; a label that you add goes on all.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeywordExchange</name>
    <message numerus="yes">
        <source>Your photos carry %Ln keyword(s) of other programs.</source>
        <translation>
            <numerusform>Your photos carry %Ln keyword of other programs.</numerusform>
            <numerusform>Your photos carry %Ln keywords of other programs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln new label(s)</source>
        <translation>
            <numerusform>%Ln new label</numerusform>
            <numerusform>%Ln new labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln confirmation(s)</source>
        <translation>
            <numerusform>%Ln confirmation</numerusform>
            <numerusform>%Ln confirmations</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s), the first one:</source>
        <translation>
            <numerusform>%Ln problem, the first one:</numerusform>
            <numerusform>%Ln problems, the first one:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelEditor</name>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation>
            <numerusform>Add %Ln label</numerusform>
            <numerusform>Add %Ln labels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message numerus="yes">
        <source>%Ln label(s) without photos</source>
        <translation>
            <numerusform>%Ln label without photos</numerusform>
            <numerusform>%Ln labels without photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProblemsPage</name>
    <message numerus="yes">
        <source>%Ln file(s) could not be read. The files are untouched.</source>
        <translation>
            <numerusform>%Ln file could not be read. The files are untouched.</numerusform>
            <numerusform>%Ln files could not be read. The files are untouched.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Ignore %Ln problem(s)</source>
        <translation>
            <numerusform>Ignore %Ln problem</numerusform>
            <numerusform>Ignore %Ln problems</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message numerus="yes">
        <source>Checked on %Ln correction(s), each kept out of learning in its turn.</source>
        <translation>
            <numerusform>Checked on %Ln correction, each kept out of learning in its turn.</numerusform>
            <numerusform>Checked on %Ln corrections, each kept out of learning in its turn.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message numerus="yes">
        <source>Improve labels (%Ln answer(s))</source>
        <translation>
            <numerusform>Improve labels (%Ln answer)</numerusform>
            <numerusform>Improve labels (%Ln answers)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your last %Ln answers said what Albumen thought already: more answers would change little.</source>
        <translation>
            <numerusform>Your last %Ln answers said what Albumen thought already: more answers would change little.</numerusform>
            <numerusform>Your last %Ln answers said what Albumen thought already: more answers would change little.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln good match(es)</source>
        <translation>
            <numerusform>%Ln good match</numerusform>
            <numerusform>%Ln good matches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s)</source>
        <translation>
            <numerusform>%Ln problem</numerusform>
            <numerusform>%Ln problems</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln s left</source>
        <translation>
            <numerusform>%Ln s left</numerusform>
            <numerusform>%Ln s left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln min left</source>
        <translation>
            <numerusform>%Ln min left</numerusform>
            <numerusform>%Ln min left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln h left</source>
        <translation>
            <numerusform>%Ln h left</numerusform>
            <numerusform>%Ln h left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ThumbnailRow</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message numerus="yes">
        <source>%Ln label(s) can get better. Look at what would change, then accept it or not.</source>
        <translation>
            <numerusform>%Ln label can get better. Look at what would change, then accept it or not.</numerusform>
            <numerusform>%Ln labels can get better. Look at what would change, then accept it or not.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) go by the name alone: nothing was learned yet.</source>
        <translation>
            <numerusform>%Ln label go by the name alone: nothing was learned yet.</numerusform>
            <numerusform>%Ln labels go by the name alone: nothing was learned yet.</numerusform>
        </translation>
    </message>
</context>
</TS>
