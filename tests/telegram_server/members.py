"""Members of chats, and what they may."""

from tests.telegram_server.shapes import Json
from tests.telegram_server.world import Account, Chat


def member_json(chat: Chat, account: Account, status: str) -> Json:
    """A ChatMember, with the rights that one of this status has; `chat.rights` changes single ones."""
    shape: Json = {"status": status, "user": account.json()}
    if status == "kicked":
        shape["until_date"] = 0
    if status == "creator":
        shape["is_anonymous"] = False
    if status == "administrator":
        shape |= dict.fromkeys(_ADMIN_RIGHTS, False) | {"can_be_edited": False, "can_manage_chat": True}
        shape |= {"can_delete_messages": True, "can_manage_topics": True}
    if status == "restricted":
        shape |= dict.fromkeys(_MEMBER_RIGHTS, True) | {"is_member": True, "until_date": 0}
    return shape | chat.rights.get(account.id, {})


_ADMIN_RIGHTS = (
    "is_anonymous",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)
_MEMBER_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_edit_tag",
    "can_react_to_messages",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
