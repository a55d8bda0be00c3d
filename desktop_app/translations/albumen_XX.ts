<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1">
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add photos…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy selected photos to a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export tags as CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export tags as JSON…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring back saved labels and corrections…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make labels of keywords in photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos like this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept suggested labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reject suggested labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next photo to review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in another program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit labels…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was learned…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Info</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Albumen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pinned label {number}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Adding</name>
    <message>
        <source>Add folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only folders and files of this computer can be added.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln folder(s) or photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Added %Ln folder(s).</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Added {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them is already in the library.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped:</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Added {folders}, {photos}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added {photos}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln could not be read</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other file(s) skipped</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Folders and files to leave out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove folder</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BannerStrip</name>
    <message>
        <source>Do this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message>
        <source>Review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Review ({count})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Pinned label {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{label}” yes or no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo: {act}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo: {act}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Correcting</name>
    <message numerus="yes">
        <source>“{label}” on %Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not “{label}” on %Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing said about “{label}” on %Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>New label “{label}” on %Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %Ln suggestion(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %Ln suggestion(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>There is no suggestion to answer on these photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing in this view needs a review.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CurrentView</name>
    <message>
        <source>“{folder}” is not there. Reconnect the drive; nothing is forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Removed {labels}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Albumen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen: a photo organizer that learns your labels, offline.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to add these photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They stay where they are; nothing is copied.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>No photos yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a folder of photos here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos stay where they are; nothing is uploaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>&apos;is:{value}&apos; is not known; there are {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;like:{value}&apos; needs the number of a photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;{device}&apos; cannot be used: this computer has no such NVIDIA graphics card, or its driver is missing; choose the processor (cpu).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;{key}:{value}&apos; is no date; write {key}:2023, {key}:2023-06 or {key}:2023-06-01.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;{words}&apos; was searched as &apos;{english}&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;{words}&apos; was searched as &apos;{english}&apos;; for &apos;{lost}&apos; the English is not known.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 correction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 new correction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A context starts from words or is one per class: drop ctx_init or class_specific.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A label cannot be merged with itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A label needs a name; this one is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A label of the same name exists again; rename it, then undo the removal.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A label&apos;s name is one line of text; please take out line breaks and control characters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A label&apos;s name may have {limit} characters, this one has {length} (&apos;{start}...&apos;); a few words describe a photo better than many.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A photo cannot be corrected to yes and to no at once; name each photo once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prompt needs at least one context vector, not {n_ctx}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen does not run on &apos;{device}&apos;: choose auto, cpu, cuda or mps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen&apos;s own file &apos;{name}&apos; is missing from {path}: install Albumen again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An answer names a class that is none of the {count} classes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics (mps) cannot be used: that needs a Mac with Apple&apos;s graphics processor; choose the processor (cpu).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Better on answers kept out of learning, but it would change {photos}, many for {answers}: look through them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built-in starter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changing the strictness: {objection}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checked on your {answers}, each kept out of learning in its turn: {before} right before, {after} after; would add {photos}, remove {removes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It cannot be opened ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It changed while it was read; it will be read again once it is complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be opened (no permission); its photos are kept as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be opened ({detail}); its photos are kept as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be read ({detail}); check the drive, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be read within {seconds} seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has too many pixels; Albumen reads pictures of up to {limit} megapixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has {width} x {height} pixels; Albumen reads pictures of up to {limit} megapixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is damaged or not a picture of a kind that Albumen reads.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is no longer there (or a link that leads nowhere).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not a file but a folder, a pipe or a device; it was left alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It needs more memory than one picture may take.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its contents made the decoder crash; the file is damaged or hostile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its name is too long to be opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned from {answers}, too few to check it: would add {photos}, remove {removes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning broke down: the loss is no longer a number; is the training data sound?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning from your photos: {objection}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning words of its own: {objection}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No good match.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No good match. The nearest photos follow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No permission to read it; allow reading, then retry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody has corrected &apos;{name}&apos; yet; say yes or no to a few photos of it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to learn from yet: no corrected photo of this label has been read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos cannot be read: the decoding process does not start; check that the installation is complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RAW files need the package rawpy, which does not load; reinstall Albumen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The class name can stand at &apos;end&apos;, &apos;middle&apos; or &apos;front&apos;, not &apos;{position}&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The contexts of {path} do not fit this model: {shape} for a width of {width}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk that holds the library {path} is full; make room and go on, nothing that was saved is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The download stopped at {size} ({detail}): try again, it goes on from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics processor failed ({detail}); the CPU is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The initial context &apos;{text}&apos; holds no word.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library folder {path} cannot be made ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library folder {path} may not be written ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} cannot be read ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} could not be read or written ({detail}); check the disk and its permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} is damaged ({detail}); {remedy}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} is in use by another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} is open in another Albumen (process {process}); close it there first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} is open in another Albumen; close it there first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} may not be written; check its permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library {path} was made by a newer Albumen (schema {version}, this one knows {known}); install the newer version to open it. Nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model &apos;{name}&apos; is not on this computer: download it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model does not run on &apos;{device}&apos; ({detail}); choose the processor (cpu).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model in use has not read any photo yet; search again once it has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model understands English: &apos;{words}&apos; was looked for in labels and file names only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo {path} is not in the library; add its folder first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is damaged or incomplete ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prompt checkpoint {path} cannot be read ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prompt of &apos;{name}&apos; has {length} tokens and this model reads at most {limit}: shorten the name or use fewer context vectors than {n_ctx}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prompts of {path} were learned for another model ({model}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server sent a file with a wrong checksum; nothing of {name} was kept. Try again or choose another source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server sent more than the {size} it announced; nothing of {name} was kept. Try again or choose another source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sidecar cannot be read ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sidecar cannot be written ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sidecar is larger than 4 MB; it is left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system&apos;s limit of watched folders is reached, so changes are looked for every {seconds} seconds; raise fs.inotify.max_user_watches to see them at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text &apos;{text}&apos; is too long: it has {length} tokens and this model reads at most {limit}. Use fewer words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The thumbnail {path} could not be written ({detail}); make room on the disk, then look for changes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The words of the label, before any correction.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no saved words in {path}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are {images} images for {answers} answers: nothing to learn from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a label &apos;{name}&apos; already; merge the two instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no class to learn a prompt for: give at least one name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no device &apos;{device}&apos;: choose auto, cpu, cuda or mps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no folder number {number}; it may have been removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no label &apos;{name}&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no label number {number}; it may have been removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos; to download: choose one of {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;: did you mean {names}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;: give a name of the catalogue or a safetensors file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model file {path}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no photo number {number} in this library.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no photo {number} to compare with, or it has not been read yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no precision &apos;{name}&apos;: choose auto, {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such folder or file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no version {number}; it may have been removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These are not the weights of a CLIP: a tensor has an impossible shape ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These are not the weights of a CLIP: the tensor {name} is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These weights do not fit the CLIP that their sizes describe: {detail}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This configuration has no TRAINER.COOP: leave it out and give n_ctx, ctx_init, class_specific or class_token_position.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This folder may not be read; check its permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This graphics processor has no bf16 arithmetic: use fp16.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is neither a folder nor a photo in a format that Albumen reads.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is the library&apos;s own folder; choose the folder with your photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This link leads back into its own folder; it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This photo has not been read yet, so nothing can be compared with it; try again once it has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This processor has no bf16 arithmetic (avx512_bf16 or AMX) and would be slower: use fp32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thumbnails may have 128 to 512 pixels and a quality of 50 to 95.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unchanged: after {answers}, nothing that was tried is surely better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unchanged: there are no new corrections since the present version was learned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unknown activation &apos;{name}&apos;: use one of {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version {number} belongs to another model; switch to that model first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a close call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a random check, to keep the count of mistakes honest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asking for {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fp16 is for graphics processors: on the CPU use fp32 (or bf16 where it has it).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>how the photos of the library differ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it needs enough answers of both kinds, yes and no, to be checked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it needs {needed} answers, bursts counted once; there are {found}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it needs {needed} yes and {needed} no, bursts counted once; there are {yes} and {no}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it was not asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it was not read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it would change {photos}, many for {answers}, and none of the other kind: answer some of both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it would get {photos} wrong that you confirmed and that are right now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it would reorder the best photos of &apos;{name}&apos;, which you did not correct.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move it away and a new one is made; the photos themselves are untouched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move it away, start Albumen and add your folders; then &apos;Bring back saved labels and corrections&apos; in the menu &apos;Library&apos; finds them in the folder &apos;backups&apos; beside it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not surely better, but now the label is on none of the photos that you said yes to: look at them before you accept it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not better than the label&apos;s name alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not better than the present version.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not surely better than learning from your photos alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prompt of {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>put back a copy from the folder &apos;backups&apos; beside it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>small and fast: scenes, everyday things and animals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the connection was lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unlike anything you answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unpacking {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for files that are being written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{answers} cannot be checked by holding some out: look at them before you accept it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{answers} could agree this well by luck: look at them before you accept it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} new corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device} has too little memory for one image: choose a smaller model or the processor (cpu).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} does not say whether its weights were trained with QuickGELU or GELU: QuickGELU is assumed. If they come from LAION or DataComp, put their open_clip_config.json beside the file and use it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} (better, four times slower)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} (recommended)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is not on this computer, and a setting of this computer forbids to download models: allow it or choose a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} needs {missing} more in {folder}, but {free} are free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: changing the strictness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: learning from your photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: learning words of its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} announces a header of {size} bytes: it is damaged or made to do harm.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be compared: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be copied to {folder} ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} changed while it was read: try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a damaged header: copy or download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a wrong checksum: it is damaged or not OpenAI&apos;s file; download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds no CLIP, but other weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds numbers that are not finite (in {name}): this file is broken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds one context per class and none for &apos;{name}&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds only the image half of a CLIP; Albumen needs the text half in the same file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds only the text half of a CLIP; Albumen needs the image half in the same file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a TorchScript archive or a pickle, and none of OpenAI&apos;s known ones: only safetensors files and official archives are opened, because others could run foreign code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a database of another program, not a library of Albumen; choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a known archive, but torch cannot open it ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a pickle: such files can run foreign code and are never opened; use safetensors.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is cut off within its header ({size} bytes): copy or download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is cut off: it has {size} of {whole} bytes; copy or download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged (wrong checksum): delete it and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged ({detail}): copy or download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged or holds no words saved by Albumen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged or no library; {remedy}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is empty or cut off ({size} bytes): copy or download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is no safetensors file: choose a model as safetensors or an official archive.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a prompt checkpoint of Albumen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not an XMP file that can be changed ({detail}); it is left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} puts the class name at &apos;{position}&apos;, which this version does not know.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} stores {name} as {kind}: quantised models cannot be used; get one in fp32 or fp16.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} was written by a newer Albumen; install that to restore it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{percent} % of ImageNet right without training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{url} answered with status {status}: choose another source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{url} answered with status {status}: try again later or choose another model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{url} cannot be reached ({detail}): check the network and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{url} does not tell the file&apos;s sha256, so it cannot be verified: use another mirror.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EngineWorker</name>
    <message>
        <source>Something went wrong inside Albumen ({kind}). Your photos are untouched; details are in the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library is closed.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>“{name}” was not copied: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileActs</name>
    <message>
        <source>Photos are being copied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was copied so far stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop copying and quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on copying</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Copied %Ln path(s).</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No program opens “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash?</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The files can be taken back from there, also with Undo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %Ln photo(s) to the trash.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the photos to copy first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy photos to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying: {done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Copied %Ln photo(s) to “{folder}”.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported to “{path}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{path}” could not be written: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring back saved labels and corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved labels and corrections (words-*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Brought back: {labels}, {words}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s) are about photos that are not in the library.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FirstLabels</name>
    <message>
        <source>What do your photos show?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen looks for these labels in every photo. Untick what you never photograph; add your own later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>People</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Animals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sky and weather</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Food</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At home</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paper and screens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of {category}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos like this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suggested</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a photo to see its labels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels of the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>This photo could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its drive is away. Reconnect it to see the photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is gone. Its labels are kept in case it comes back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Only the first %Ln photo(s) were looked at; a label that you add goes on all.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>You have no labels yet. Type one above: any words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of your labels fits this photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} · {count} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all photos with this label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About {count} of 10 such suggestions are right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes, “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No, not “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{label}” on all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget that it is not “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New label “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>KeywordExchange</name>
    <message numerus="yes">
        <source>Your photos carry %Ln keyword(s) of other programs.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Make labels of them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make labels of keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln new label(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln confirmation(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>From keywords: {labels}, {words}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No new keywords were found in the photos or beside them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sidecars:</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s), the first one:</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelEditor</name>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New labels, one per line. Any words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the new labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a label to change it, or add new ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exclusive group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the labels of one group, each photo gets exactly one: cup or not cup.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From missing fewer to making fewer mistakes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Miss fewer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fewer mistakes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strictness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Merge into…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{photos} photos; you said {yes} yes, {no} no</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Rename “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour of “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key of “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group of “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strictness of “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Merge “{label}” into “{other}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you said about the first counts for the second from now on. Undo separates them again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Merge labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Merge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Merge “{label}” into “{other}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Library, labels and folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Untagged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Single photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reconnect the drive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add labels…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fewer labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) without photos</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the library (files stay)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lightbox</name>
    <message>
        <source>Previous photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo {number} of {total}: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Progress of {model}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel {model}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at the photos again: {done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use {model}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download {model}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A better model finds more and makes fewer mistakes, and needs more time for each photo. Labels and corrections stay; the photos are looked at again in the background. A download is the only time Albumen uses the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of a mirror, where huggingface.co cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a model file that I have</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CLIP weights (*.safetensors *.pt);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A mirror is an address like https://example.org.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NoResultsPage</name>
    <message>
        <source>No photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing here answers “{query}”.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoCell</name>
    <message>
        <source>No good match. These come closest:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weaker matches</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoGrid</name>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoMenu</name>
    <message>
        <source>All photos of its folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoModel</name>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not looked at yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its drive is away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the file is gone</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoView</name>
    <message>
        <source>No photo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProblemsPage</name>
    <message>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files that could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) could not be read. The files are untouched.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Every photo could be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ignore all</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Ignore %Ln problem(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message>
        <source>{yes} yes, {no} no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Would lose the label: {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Would get the label: {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it anyway for {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept for {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now for {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In use already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Checked on %Ln correction(s), each kept out of learning in its turn.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No photo would get or lose the label now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accepted: the library is tagged with it now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now. It stays among the versions.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Review</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not sure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter: yes · X: no · N: not sure · Ctrl+Z: take back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your last answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click one to change it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for questions…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing left to ask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every close call has your answer. Come back when there are new photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is this “{label}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen thinks yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Albumen thinks no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{guess}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} on {photo}: {word}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln answer(s))</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your last %Ln answers said what Albumen thought already: more answers would change little.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search: words, label:cat, folder:, after:2023</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The search in parts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suggestions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How strict the search is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What counts as a match</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only sure ones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order of the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best match first, else newest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the search “{query}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the search “{query}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>like {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>or</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without “{part}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget this saved search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in {folder}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>like photo {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>since {date}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before {date}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not: {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>photos with a label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>photos in a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken in 2023 or later: after:2023</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken earlier: before:2023-06</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>untagged, corrected, …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to be reviewed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>without a label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>corrected by you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same file more than once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not readable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on a drive that is away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not looked at yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes effect the next time Albumen starts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best available</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best for the device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photos are looked at again in the background; until that is done, all goes on as before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the folder from the library (files stay)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders and files to leave out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One pattern per line, for example: *.tmp or Trash/*</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write confirmed labels beside the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For other programs: photo.jpg.xmp beside photo.jpg, which stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sidecars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thumbnails</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pixels} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Very good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For new photos. “Make anew” applies it to all of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{megabytes} MB of memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Database</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the thumbnails and make them anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete what models not in use know of the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models not in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fp32: exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bf16: faster, half the memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fp16: faster, half the memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Single photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} in {count} files</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pinned labels</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StarterBanner</name>
    <message>
        <source>Starter model: works offline, knows common things; download CLIP for full quality.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Better model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop this; what is finished stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No good match, the closest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln good match(es)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{selected} of {photos} selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making thumbnails</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tagging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning from your corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sidecars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size}/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln s left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln min left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln h left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause; searching and browsing go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ThumbnailRow</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Years</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Toolbar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the photos (Ctrl and the wheel)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message>
        <source>Progress of learning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel learning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reports</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning from your corrections. The photos are not read again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning from your corrections: {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped. Nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No label has new corrections. Say yes or no to a few tags first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) can get better. Look at what would change, then accept it or not.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>What was learned may be luck: there are too few answers to be sure. Look at what would change, then decide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was clearly better than what you have, so nothing changes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept what was learned about “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now: “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another version of “{label}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every version is kept. Your corrections stay whichever is in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no labels yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) go by the name alone: nothing was learned yet.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the version {version}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the name alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stricter or less strict than before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learned from your photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learned from your photos, with words of its own (CoOp)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message>
        <source>“{name}” is not there any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” could not be moved to the trash: {reason}. It stays where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” stays in the trash: another file has its name now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the system refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” could not be taken out of the trash: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Comparison</name>
    <message>
        <source>before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right on corrections kept out of learning: before {before} of {total}, after {after} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{right} of {total} right</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Facts</name>
    <message>
        <source>About this photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Aperture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ISO</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Focal length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Software</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
